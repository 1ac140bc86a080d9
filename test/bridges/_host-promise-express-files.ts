// What Express promises of files, views and streams.
import { mkdtempSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ErrorRequestHandler } from "express";
import { afterAll } from "vitest";
import { ask, get } from "./_host-promise.ts";
import { withoutFrames } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

/** Files with a fixed time, so that their Last-Modified and ETag stay. */
function folder(): string {
  const root = mkdtempSync(join(tmpdir(), "starbridge-static-"));
  mkdirSync(join(root, "docs"));
  const files = ["text.txt", "page.html", "docs/index.html", ".hidden"];
  for (const name of files) {
    writeFileSync(join(root, name), `<p>${name}</p>\n`.repeat(20));
    utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
  }
  return root;
}

const root = folder();
afterAll(() => rmSync(root, { recursive: true }));

export const expressFiles: ExpressScenario[] = [
  {
    title: "sends files, ranges of them and downloads",
    build({ app }) {
      const host = app();
      host.get("/file/:name", (req, res, next) => {
        res.sendFile(req.params.name, { root, maxAge: 5000 }, (error) => error && next(error));
      });
      host.get(
        "/download",
        (_req, res) => void res.download(join(root, "text.txt"), "renamed.txt"),
      );
      host.use(((error, _req, res, _next) => {
        res.status(error.status ?? 500).send(`failed with ${error.code ?? error.message}`);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [
      get("/file/text.txt", 200, "Cache-Control: public, max-age=5"),
      get("/file/text.txt", 206, "Content-Range: bytes 0-4/", "Range: bytes=0-4"),
      get("/file/text.txt", 416, "bytes */", "Range: bytes=9999-"),
      get("/file/text.txt", 304, "", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT"),
      ask("HEAD /file/page.html", 200, "Content-Type: text/html"),
      get("/file/none.txt", 404, "failed with ENOENT"),
      get("/file/.hidden", 404),
      get("/file/..%2Fx", 403),
      get("/download", 200, /attachment; filename="?renamed.txt/),
    ],
  },
  {
    title: "serves a folder of static files",
    build({ app, express }) {
      const host = app();
      const setHeaders = (res: ServerResponse) => void res.setHeader("X-S", "1");
      host.use("/s", express.static(root, { extensions: ["html"], setHeaders, immutable: true }));
      host.use(
        "/deny",
        express.static(root, { dotfiles: "deny", index: false, fallthrough: false }),
      );
      host.use((_req, res) => void res.status(404).send("nobody's"));
      host.use(withoutFrames);
      return host;
    },
    asks: [
      get("/s/text.txt", 200, "X-S: 1"),
      get("/s/page", 200, "page.html"),
      get("/s/docs", 301, "Location: /s/docs/"),
      get("/s/docs/", 200, "docs/index.html"),
      ask("HEAD /s/text.txt", 200, "Last-Modified: Tue, 14 Nov 2023"),
      get("/s/none", 404, "nobody's"),
      ask("POST /s/text.txt", 404, "nobody's"),
      get("/s/%2e%2e/package.json", 404),
      get("/deny/.hidden", 403),
      get("/deny/none", 404),
    ],
  },
  {
    title: "renders views with an engine, locals of app, response and call",
    build({ app, note }) {
      const host = app({ views: root, "view engine": "txt" });
      host.engine("txt", (path, options, done) => {
        const { site, user, title } = options as Record<string, unknown>;
        done(null, `${path.slice(root.length)} ${[site, user, title].join("|")}`);
      });
      host.locals.site = "app";
      host.use((_req, res, next) => {
        res.locals.user = "res";
        next();
      });
      host.get("/view/:name", (req, res) => void res.render(req.params.name, { title: "call" }));
      host.use(((error: Error, _req, res, _next) => {
        note(error.message.replace(root, ""));
        res.status(500).send("no view");
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [get("/view/text", 200, "/text.txt app|res|call"), get("/view/none", 500, "no view")],
  },
  {
    title: "streams: chunks, pipes, flushed heads, trailers and early hints",
    build({ app }) {
      const host = app();
      host.get("/chunks", (_req, res) => {
        res.type("text").write("one ");
        res.write("two ");
        res.end("three");
      });
      host.get("/pipe", (_req, res) => void Readable.from(["a", "b"]).pipe(res.status(203)));
      host.get("/flush", (_req, res) => {
        res.set("X-Early", "1").flushHeaders();
        setImmediate(() => res.end("late"));
      });
      host.get("/trailer", (_req, res) => {
        res.set("Trailer", "X-Sum").write("body");
        res.addTrailers({ "X-Sum": "4" });
        res.end();
      });
      host.get("/hints", (_req, res) => {
        res.writeEarlyHints({ link: "</a.css>; rel=preload" }, () => res.send("hinted"));
      });
      return host;
    },
    asks: [
      get("/chunks", 200, "Transfer-Encoding: chunked"),
      get("/pipe", 203, /(?:1\r\na\r\n1\r\nb|2\r\nab)\r\n0/),
      get("/flush", 200, "X-Early: 1"),
      get("/trailer", 200, "0\r\nX-Sum: 4\r\n"),
      get("/hints", 200, "HTTP/1.1 103 Early Hints"),
    ],
  },
];
