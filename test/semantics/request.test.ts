// The list, on Requests that came over a socket: through hosts that leave the body alone, and behind parsers, where
// the bytes are those that the parser kept or wrote again.
import express from "express";
import { describe } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";
import { requestSemantics } from "./_request.ts";

describe("a Request", () => {
  staysQuiet();
  requestSemantics("node:http", "node:http");
  requestSemantics("Express 5", "express 5");
  requestSemantics("Fastify", "fastify");
  requestSemantics("Express 5 behind its parsers", "express 5", {
    use: [
      express.json({ limit: "1mb" }),
      express.urlencoded({ extended: false }),
      express.raw({ limit: "1mb" }),
      express.text({ type: "text/*", limit: "1mb" }),
    ],
  });
});
