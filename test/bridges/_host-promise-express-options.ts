// What Express promises of the options of its parsers, its file server and its answers.
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { ErrorRequestHandler } from "express";
import { afterAll } from "vitest";
import { ask, get } from "./_host-promise.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

const root = mkdtempSync(join(tmpdir(), "starbridge-options-"));
for (const name of ["a.txt", ".env", "noext"]) {
  writeFileSync(join(root, name), `content of ${name}`);
  utimesSync(join(root, name), 1_700_000_000, 1_700_000_000);
}
afterAll(() => rmSync(root, { recursive: true }));

const typed = (type: string, body: string, ...more: string[]) => ({
  headers: [`Content-Type: ${type}`, ...more],
  body,
});

const byType: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error.status ?? 500).send(`${error.type ?? error.code ?? error.message}`);
};

export const expressOptions: ExpressScenario[] = [
  {
    title: "takes the options of its parsers",
    build({ app, express }) {
      const host = app();
      host.use("/strict", express.json());
      host.use(
        "/loose",
        express.json({ strict: false, reviver: (_key, value) => value ?? "null" }),
      );
      host.use("/typed", express.json({ type: (req) => req.headers["x-json"] === "yes" }));
      host.use("/plain", express.json({ inflate: false }));
      host.use("/few", express.urlencoded({ extended: false, parameterLimit: 2 }));
      host.use("/latin", express.text({ type: "*/*", defaultCharset: "iso-8859-1", limit: "1kb" }));
      host.use("/raw", express.raw({ type: ["image/*", "+bin"] }));
      host.use((req, res) => {
        res.json(Buffer.isBuffer(req.body) ? req.body.length : (req.body ?? "none"));
      });
      host.use(byType);
      return host;
    },
    asks: [
      ask("POST /strict", 400, "entity.parse.failed", typed("application/json", "1")),
      ask("POST /strict", 400, "", typed("application/json", "x")),
      ask("POST /loose", 200, "1", typed("application/json", "1")),
      ask("POST /loose", 200, '["null"]', typed("application/json", "[null]")),
      ask("POST /typed", 200, '{"a":1}', typed("text/plain", '{"a":1}', "X-Json: yes")),
      ask("POST /typed", 200, "", typed("application/json", '{"a":1}')),
      ask("POST /plain", 415, "encoding.unsupported", {
        ...typed("application/json", gzipSync("{}").toString("latin1"), "Content-Encoding: gzip"),
      }),
      ask("POST /plain", 415, "encoding", typed("application/json", "{}", "Content-Encoding: x")),
      ask("POST /few", 413, "parameters.too.many", {
        ...typed("application/x-www-form-urlencoded", "a=1&b=2&c=3"),
      }),
      ask("POST /few", 200, '{"a[b]":"1"}', typed("application/x-www-form-urlencoded", "a[b]=1")),
      ask("POST /latin", 200, '"\xc3\xbc"', typed("text/x", "\xfc")),
      ask("POST /latin", 413, "entity.too.large", typed("text/x", "x".repeat(2000))),
      ask("POST /raw", 200, "3", typed("image/png", "png")),
      ask("POST /raw", 200, "", typed("text/plain", "png")),
    ],
  },
  {
    title: "takes the options of its file server and of sendFile",
    build({ app, express }) {
      const host = app();
      const options = {
        etag: false,
        lastModified: false,
        acceptRanges: false,
        cacheControl: false,
      };
      host.use("/bare", express.static(root, options));
      host.use("/aged", express.static(root, { maxAge: "1d", redirect: false, dotfiles: "allow" }));
      host.use("/index", express.static(root, { index: ["none", "a.txt"] }));
      host.get("/file", (_req, res, next) => {
        const headers = { "X-Sent": "yes" };
        res.sendFile("a.txt", { root, headers, maxAge: "2h", immutable: true }, (error) => {
          if (error) next(error);
        });
      });
      host.get("/outside", (_req, res) => void res.sendFile("../a.txt", { root }));
      host.get("/dot", (_req, res) => void res.sendFile(".env", { root, dotfiles: "allow" }));
      host.get("/save", (_req, res) => void res.download("a.txt", "ü.txt", { root }));
      host.use(byType);
      return host;
    },
    asks: [
      get("/bare/a.txt", 200, /^(?![\s\S]*(ETag|Last-Modified|Accept-Ranges|Cache-Control))/),
      get("/bare/a.txt", 200, "content of a.txt", "Range: bytes=0-1"),
      get("/aged/.env", 200, "max-age=86400"),
      get("/aged/a.txt", 206, "nt", "Range: bytes=2-3"),
      get("/aged/a.txt", 412, "", 'If-Match: "other"'),
      get("/aged/a.txt", 200, "", 'If-Range: "other"', "Range: bytes=0-1"),
      get("/aged/a.txt", 206, "bytes 0-1/16", "Range: bytes=0-1"),
      get("/index/", 200, "content of a.txt"),
      get("/file", 200, "X-Sent: yes"),
      get("/file", 200, "immutable"),
      get("/outside", 403),
      get("/dot", 200, "content of .env"),
      get("/save", 200, /attachment; filename="/),
    ],
  },
  {
    title: "takes the options of cookies, links, types and raw writes",
    build({ app }) {
      const host = app();
      host.get("/cookies", (_req, res) => {
        res.cookie("e", "a b", { encode: (value) => value.replace(" ", "+"), domain: "h.test" });
        res.cookie("p", "1", { priority: "high", secure: true, sameSite: "none", path: "" });
        res.cookie("x", "1", { expires: new Date(0) }).cookie("m", "1", { maxAge: 1500 });
        res.cookie("part", "1", { partitioned: true, secure: true }).end("cookies");
      });
      host.get("/types", (_req, res) => {
        const types = ["json", ".html", "image/png", "text/x; charset=a"];
        res.json(types.map((type) => res.type(type).get("Content-Type")));
      });
      host.get("/raw", (_req, res) => {
        res.writeHead(202, "Taken", { "X-Raw": ["1", "2"], "Content-Length": 3 });
        res.end("raw");
      });
      host.get("/mixed", (_req, res) => {
        res.setHeader("X-A", "1");
        res.statusCode = 203;
        res.statusMessage = "Own Words";
        res.send(`${res.get("x-a")} ${res.getHeaderNames().includes("x-a")}`);
      });
      host.get("/empty", (_req, res) => void res.json(undefined));
      host.get("/null", (_req, res) => void res.json(null));
      host.get("/links", (_req, res) => {
        res.links({ next: "/2" }).links({ last: "/9" }).attachment().vary("A").vary("B").end();
      });
      return host;
    },
    asks: [
      get("/cookies", 200, "Set-Cookie: e=a+b; Domain=h.test; Path=/"),
      get("/cookies", 200, /Set-Cookie: p=1;.*Secure; .*SameSite=None/i),
      get(
        "/types",
        200,
        '["application/json; charset=utf-8","text/html; charset=utf-8","image/png"',
      ),
      get("/raw", 202, "HTTP/1.1 202 Taken\r\n"),
      get("/mixed", 203, "HTTP/1.1 203 Own Words\r\n"),
      get("/empty", 200),
      get("/null", 200, "null"),
      get("/links", 200, "Content-Disposition: attachment\r\n"),
    ],
  },
  {
    title:
      "serves old and odd clients: HTTP/1.0, HEAD with errors, Expect, Upgrade, trailing bytes",
    build({ app, note }) {
      const host = app();
      host.post("/", (req, res) => {
        let text = "";
        req.on("data", (chunk) => {
          text += chunk;
        });
        req.on("end", () => res.json([text, req.httpVersion, req.trailers, req.headers.upgrade]));
      });
      host.get("/late", (req, res) => {
        req.on("close", () => note("req close"));
        res.on("close", () => note("res close", res.writableFinished));
        res.on("finish", () => note("finish"));
        setImmediate(() => res.end("late", () => note("ended")));
      });
      return host;
    },
    asks: [
      { text: "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", status: 200, shows: '["hi","1.0"' },
      ask("POST /", 200, '"x-sum":"9"', {
        headers: ["Transfer-Encoding: chunked", "Trailer: X-Sum"],
        body: "2\r\nab\r\n0\r\nX-Sum: 9\r\n\r\n",
      }),
      ask("POST /", 417, "", { headers: ["Expect: something"], body: "x" }),
      ask("POST /", 200, '"websocket"', { headers: ["Upgrade: websocket"], body: "x" }),
      get("/late", 200, "late"),
      ask("HEAD /late", 200),
      { text: "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", status: 400, shows: "" },
      { text: "BREW / HTTP/1.1\r\nHost: h\r\n\r\n", status: 400, shows: "" },
      { text: "GET /late HTTP/9.9\r\nHost: h\r\n\r\n", status: 400, shows: "" },
    ],
  },
];
