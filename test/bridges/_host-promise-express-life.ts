// What Express promises when clients leave, and of time limits that its server has.
import type { EventEmitter } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorRequestHandler, Request } from "express";
import { afterAll } from "vitest";
import { openRaw } from "../_raw.ts";
import { get } from "./_host-promise.ts";
import { statusAndBody } from "./_host-promise-driven.ts";
import type { ExpressDriven } from "./_host-promise-express.ts";

const root = mkdtempSync(join(tmpdir(), "starbridge-large-"));
// More than sockets buffer: nobody can have it whole before its client leaves.
writeFileSync(join(root, "large.bin"), Buffer.alloc(32 * 1024 * 1024));
afterAll(() => rmSync(root, { recursive: true }));

/** A request on a connection that stays. */
const kept = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: h.test\r\n\r\n`;

/** What a connection belongs to. */
const serverOf = (req: Request): EventEmitter =>
  (req.socket as unknown as { server: EventEmitter }).server;

/** One whose body never comes to its end. */
const post = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: h.test\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;

export const expressLife: ExpressDriven[] = [
  {
    title: "tells sendFile and download of clients that leave in the middle",
    build({ app, note }) {
      const host = app();
      const told =
        (name: string) =>
        (error?: NodeJS.ErrnoException): void =>
          note(`${name} ${error?.code}`);
      host.get("/file", (_req, res) => void res.sendFile("large.bin", { root }, told("file")));
      host.get("/save", (_req, res) => {
        res.download(join(root, "large.bin"), "saved.bin", told("save"));
      });
      host.get("/unheard", (_req, res) => {
        res.on("close", () => note(`unheard ${res.writableFinished}`));
        res.sendFile("large.bin", { root });
      });
      host.get("/ok", (_req, res) => void res.send("ok"));
      host.use(((error, _req, _res, _next) =>
        note("never", error.code)) satisfies ErrorRequestHandler);
      return host;
    },
    async drive({ port, notes }) {
      const seen: unknown[] = [];
      for (const path of ["/file", "/save", "/unheard"]) {
        const connection = await openRaw(port);
        connection.write(kept(path));
        const text = await connection.until((received) => received.includes("\r\n\r\n"));
        connection.destroy();
        seen.push(text.split("\r\n")[0], /filename="?([^"\r]*)/.exec(text)?.[1] ?? "");
        await notes.until(
          { "/file": "file ECONNABORTED", "/save": "save ECONNABORTED" }[path] ?? "unheard false",
        );
      }
      const next = await openRaw(port);
      next.write(get("/ok", 200).text);
      await next.untilClosed();
      return [...seen, ...statusAndBody(next.received)];
    },
    sees: [
      "HTTP/1.1 200 OK",
      "",
      "HTTP/1.1 200 OK",
      "saved.bin",
      "HTTP/1.1 200 OK",
      "",
      "HTTP/1.1 200 OK",
      "ok",
    ],
    notes: ["file ECONNABORTED", "save ECONNABORTED", "unheard false"],
  },
  {
    title: "lets handlers and parsers hear of clients that leave",
    build({ app, express, note }) {
      const host = app();
      host.get("/wait", (req, res) => {
        req.on("aborted", () => note("aborted"));
        req.on("close", () => note("req close"));
        res.on("finish", () => note("never"));
        res.on("close", () => note(`res close ${res.writableFinished} ${res.destroyed}`));
        note("waits");
      });
      host.post("/json", (_req, _res, next) => {
        note("parses");
        next();
      });
      host.post("/json", express.json(), (_req, res) => void res.send("never"));
      host.post("/by-hand", (req, res) => {
        req.on("data", () => note("data"));
        req.on("error", (error: NodeJS.ErrnoException) => note(`error ${error.code}`));
        req.on("end", () => note("never"));
        res.on("close", () => note(`by hand ${req.complete}`));
      });
      host.use(((error, req, _res, _next) => {
        note(`${req.path} ${error.type} ${error.status}`);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    async drive({ port, notes }) {
      const waiting = await openRaw(port);
      waiting.write(kept("/wait"));
      await notes.until("waits");
      waiting.destroy();
      await notes.until("res close false true");
      await notes.until("req close");
      const parsed = await openRaw(port);
      parsed.write(post("/json"));
      await notes.until("parses");
      parsed.destroy();
      await notes.until("/json request.aborted 400");
      const read = await openRaw(port);
      read.write(post("/by-hand"));
      await notes.until("data");
      read.destroy();
      await notes.until("by hand false");
      await notes.until("error ECONNRESET");
      const next = await openRaw(port);
      next.write(get("/none", 404).text);
      await next.untilClosed();
      return statusAndBody(next.received).slice(0, 1);
    },
    sees: ["HTTP/1.1 404 Not Found"],
    notes: [
      "waits",
      "aborted",
      "res close false true",
      "req close",
      "parses",
      "/json request.aborted 400",
      "data",
      "by hand false",
      "error ECONNRESET",
    ],
  },
  {
    title: "leaves time limits of requests, responses and its server to them",
    build({ app, note }) {
      const host = app();
      host.get("/res", (_req, res) => {
        res.setTimeout(50, () => void res.status(503).send("timed out"));
      });
      host.post("/req", (req, res) => {
        req.setTimeout(50, () => {
          note("req timeout");
          res.status(408).set("Connection", "close").end("too slow");
        });
      });
      host.get("/server", () => note("waits"));
      host.get("/ok", (_req, res) => void res.send("ok"));
      return host;
    },
    async drive({ port, notes, server }) {
      const seen: unknown[] = [];
      for (const path of ["/res", "/req"]) {
        const connection = await openRaw(port);
        connection.write(path === "/res" ? get(path, 503).text : post(path));
        await connection.untilClosed();
        seen.push(...statusAndBody(connection.received));
      }
      server.keepAliveTimeout = 100;
      const resting = await openRaw(port);
      resting.write(kept("/ok"));
      await resting.untilClosed();
      server.timeout = 100;
      const idle = await openRaw(port);
      idle.write(kept("/server"));
      await notes.until("waits");
      await idle.untilClosed();
      return [...seen, ...statusAndBody(resting.received), idle.received];
    },
    sees: [
      "HTTP/1.1 503 Service Unavailable",
      "timed out",
      "HTTP/1.1 408 Request Timeout",
      "too slow",
      "HTTP/1.1 200 OK",
      "ok",
      "",
    ],
    notes: ["req timeout", "waits"],
  },
  {
    title:
      "finishes what is at work when its server closes, and loses all to closeAllConnections()",
    build({ app, note }) {
      const host = app();
      host.get("/wait", (req, res) => {
        res.on("close", () => note(`closed ${res.writableFinished}`));
        serverOf(req).once("goOn", () => res.send("waited"));
        note("waits");
      });
      return host;
    },
    async drive({ port, notes, server, stop }) {
      const lost = await openRaw(port);
      lost.write(kept("/wait"));
      await notes.until("waits");
      server.closeAllConnections();
      await lost.untilClosed();
      await notes.until("closed false");
      const busy = await openRaw(port);
      busy.write(kept("/wait"));
      await notes.until("waits", 2);
      const stopped = stop();
      server.emit("goOn");
      await busy.until((text) => text.endsWith("waited"));
      busy.destroy();
      await stopped;
      return [lost.received, ...statusAndBody(busy.received)];
    },
    sees: ["", "HTTP/1.1 200 OK", "waited"],
    notes: ["waits", "closed false", "waits", "closed true"],
  },
];
