// The list of what arrives, with the platform's own class.
import { describe } from "vitest";
import { staysQuiet } from "../bridges/_quiet.ts";
import type { ResponseClass } from "./_response.ts";
import { sentSemantics } from "./_sent.ts";

describe("a Response", () => {
  staysQuiet();
  for (const host of ["node:http", "express 5", "fastify"] as const) {
    sentSemantics(host, "the platform's class", globalThis.Response as ResponseClass);
  }
});
