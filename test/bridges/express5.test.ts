import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import express from "express";
import { describe, expect, it } from "vitest";
import { conformance } from "./_conformance.ts";
import { expressManners } from "./_express.ts";

conformance("express 5");

describe("manners of express 5", () => {
  expressManners(express);

  it("serves a CommonJS host that requires the bridge", async () => {
    const script = `
      const express = require("express");
      const { starbridge } = require("starbridge/express");
      const app = express();
      app.use(starbridge({ routes: { "a.ts": { GET: () => new Response("from commonjs") } } }));
      const server = app.listen(0, async () => {
        const answer = await fetch("http://127.0.0.1:" + server.address().port + "/a");
        console.log(answer.status, await answer.text());
        server.closeAllConnections();
        server.close();
      });
    `;
    const cwd = fileURLToPath(new URL("../..", import.meta.url));
    const flags = ["--input-type=commonjs", "--eval", script];
    const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd });
    expect(stdout).toBe("200 from commonjs\n");
  });
});
