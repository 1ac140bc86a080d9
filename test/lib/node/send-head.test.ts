import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import compression from "compression";
import cookieParser from "cookie-parser";
import express from "express";
import session from "express-session";
import { describe, expect, it } from "vitest";
import { sendResponse } from "../../../lib/node/send.ts";
import { slowStream, wireOf } from "./_answers.ts";
import { rejection, servers } from "./_servers.ts";

const start = servers();
const wire = wireOf(start);

describe("the head of an answer", () => {
  it("keeps what the host has set; cookies and Vary add up, the rest is the answer's", async () => {
    const answer = await wire(
      () =>
        new Response("body", {
          headers: [
            ["set-cookie", "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
            ["set-cookie", "b=2"],
            ["vary", "Accept, origin"],
            ["x-both", "answer"],
          ],
        }),
      "GET",
      (res) => {
        res.setHeader("Set-Cookie", "host=1");
        res.setHeader("Vary", "Origin");
        res.setHeader("X-Frame-Options", "DENY");
        res.setHeader("X-Both", "host");
      },
    );
    expect(answer.headers["set-cookie"]).toEqual([
      "host=1",
      "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
      "b=2",
    ]);
    expect(answer.headers.vary).toEqual(["Origin, Accept"]);
    expect(answer.headers["x-frame-options"]).toEqual(["DENY"]);
    expect(answer.headers["x-both"]).toEqual(["answer"]);
  });

  it("never has what belongs to one connection", async () => {
    const answer = await wire(
      () =>
        new Response("body", {
          headers: {
            connection: "x-named, close",
            "x-named": "1",
            "keep-alive": "timeout=1",
            "transfer-encoding": "gzip",
            "proxy-authenticate": "Basic",
            te: "trailers",
            trailer: "x",
            upgrade: "h2c",
            "x-kept": "1",
          },
        }),
    );
    expect(answer.headers.connection).toEqual(["keep-alive"]);
    expect(Object.keys(answer.headers).sort()).toEqual([
      "connection",
      "content-length",
      "content-type",
      "date",
      "keep-alive",
      "x-kept",
    ]);
    expect(answer.headers["keep-alive"]).not.toEqual(["timeout=1"]);
  });

  it("has the status text, or Node's own, and not that of the host", async () => {
    const prepare = (res: ServerResponse) => {
      res.statusCode = 500;
      res.statusMessage = "Host";
    };
    const named = () => new Response("", { status: 201, statusText: "Made" });
    expect((await wire(named, "GET", prepare)).reason).toBe("Made");
    expect((await wire(() => new Response("", { status: 404 }), "GET", prepare)).reason).toBe(
      "Not Found",
    );
  });

  it("does not describe a coding that fetch() has taken off", async () => {
    const upstream = createServer((_req, res) => {
      const body = gzipSync("inflated");
      res.writeHead(200, { "content-encoding": "gzip", "content-length": body.length });
      res.end(body);
    }).listen(0);
    const { port } = upstream.address() as { port: number };
    try {
      const fetched = await fetch(`http://127.0.0.1:${port}`);
      const answer = await wire(() => fetched);
      expect(answer.headers["content-encoding"]).toBeUndefined();
      expect(answer.body).toBe("inflated");
    } finally {
      upstream.closeAllConnections();
      upstream.close();
    }
    const own = await wire(
      () => new Response(gzipSync("x"), { headers: { "content-encoding": "gzip" } }),
    );
    expect(own.headers["content-encoding"]).toEqual(["gzip"]);
  });

  it("gives the host its headers back when Node refuses one of the answer's", async () => {
    let error: Error | undefined;
    const { get } = await start.http(async (_req, res) => {
      res.setHeader("X-Host", "1");
      const headers = { "content-type": "text/x", "x-bad": "a\u0001b" };
      error = await rejection(sendResponse(res, new Response("body", { headers })));
      res.statusCode = 500;
      res.end(JSON.stringify(res.getHeaders()));
    });
    expect(await (await get("/")).json()).toEqual({ "x-host": "1" });
    expect(error).toMatchObject({ code: "ERR_INVALID_CHAR" });
  });

  it("passes through what the host has wrapped around res", async () => {
    const app = express();
    app.use(compression({ threshold: 0 }), cookieParser());
    app.use(session({ secret: "s", resave: false, saveUninitialized: true }));
    app.get("/", (_req, res) => void sendResponse(res, new Response("x".repeat(5000))));
    app.get(
      "/slow",
      (_req, res) =>
        void sendResponse(
          res,
          new Response(slowStream("a", "b"), {
            headers: { "content-type": "text/plain", "set-cookie": "own=1" },
          }),
        ),
    );
    const { get } = await start.http(app);
    const answer = await get("/");
    expect(answer.headers.get("content-encoding")).toMatch(/gzip|br|deflate/);
    expect(answer.headers.get("set-cookie")).toContain("connect.sid");
    expect(await answer.text()).toBe("x".repeat(5000));
    const slow = await get("/slow");
    expect(slow.headers.getSetCookie()).toHaveLength(2);
    expect(await slow.text()).toBe("ab");
  });
});
