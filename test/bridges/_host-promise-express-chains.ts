// What Express promises around its routes: request facts, bodies and middleware.
import { gzipSync } from "node:zlib";
import compression from "compression";
import cors from "cors";
import type { ErrorRequestHandler, Request, Response } from "express";
import session from "express-session";
import helmet from "helmet";
import morgan from "morgan";
import multer from "multer";
import { ask, get, pipeline } from "./_host-promise.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

/** Two parts of a form, the second a file. */
const multipart = [
  "--b",
  'Content-Disposition: form-data; name="text"\r\n\r\nvalue',
  "--b",
  'Content-Disposition: form-data; name="file"; filename="f.txt"\r\n\r\ncontent',
  "--b--\r\n",
].join("\r\n");

const typed = (type: string, ...more: string[]) => ({
  headers: [`Content-Type: ${type}`, ...more],
});

export const expressChains: ExpressScenario[] = [
  {
    title: "takes scheme, host and address from the proxy that it trusts, and from no other",
    build({ app }) {
      const host = app();
      const facts = (req: Request, res: Response): void => {
        const { protocol, secure, hostname, ip, ips, subdomains, xhr } = req;
        res.json({ protocol, secure, hostname, ip, ips, subdomains, xhr });
      };
      const trusting = app({ "trust proxy": true, "subdomain offset": 1 });
      const hops = app({ "trust proxy": 1 });
      for (const child of [host, trusting, hops]) child.get("/facts", facts);
      host.use("/trusting", trusting).use("/hops", hops);
      return host;
    },
    asks: ["", "/trusting", "/hops"].map((mount, index) =>
      get(
        `${mount}/facts`,
        200,
        ['"protocol":"http"', '"ips":["1.1.1.1","2.2.2.2"]', '"ip":"2.2.2.2"'][index],
        "Host: a.b.test:81",
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2",
        "X-Forwarded-Proto: https",
        "X-Forwarded-Host: front.test",
        "X-Requested-With: XMLHttpRequest",
      ),
    ),
  },
  {
    title: "reads headers, types, ranges and freshness of a request",
    build({ app, express }) {
      const host = app();
      host.use(express.text());
      host.post("/", (req, res) => {
        const { rawHeaders, httpVersion } = req;
        const is = ["json", "text/*", "txt"].map((type) => req.is(type));
        res.json([req.get("referrer"), is, req.range(100), req.body, rawHeaders, httpVersion]);
      });
      return host;
    },
    asks: [
      ask("POST /", 200, '["from",[false,"text/plain","txt"],[{"start":0,"end":9}]', {
        headers: [
          "Referer: from",
          "Content-Type: text/plain",
          "Range: bytes=0-9",
          "X-A: 1",
          "x-a: 2",
        ],
        body: "hello",
      }),
    ],
  },
  {
    title: "parses bodies as JSON, forms, text and bytes, packed ones too",
    build({ app, express, note }) {
      const host = app();
      host.use(express.json({ limit: 40, verify: (_req, _res, bytes) => note(bytes.length) }));
      host.use(express.urlencoded({ extended: true }), express.text());
      host.use(express.raw({ type: "application/octet-stream" }));
      host.post("/", (req, res) => {
        res.json(Buffer.isBuffer(req.body) ? req.body.toString("hex") : (req.body ?? "none"));
      });
      host.use(((error, _req, res, _next) => {
        res.status(error.status).json([error.type, error.expose]);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [
      ask("POST /", 200, '{"a":[1]}', { ...typed("application/json"), body: '{"a":[1]}' }),
      ask("POST /", 200, '{"a":{"b":"u&"}}', {
        ...typed("application/x-www-form-urlencoded"),
        body: "a[b]=u%26",
      }),
      ask("POST /", 200, '"plain"', { ...typed("text/plain"), body: "plain" }),
      ask("POST /", 200, '"00ff"', { ...typed("application/octet-stream"), body: "\x00\xff" }),
      ask("POST /", 200, '{"packed":true}', {
        ...typed("application/json", "Content-Encoding: gzip"),
        body: gzipSync('{"packed":true}').toString("latin1"),
      }),
      ask("POST /", 200, '"chunked"', {
        ...typed("text/plain", "Transfer-Encoding: chunked"),
        body: "3\r\nchu\r\n4\r\nnked\r\n0\r\n\r\n",
      }),
      ask("POST /", 400, "entity.parse.failed", { ...typed("application/json"), body: "{" }),
      ask("POST /", 413, "too.large", {
        ...typed("application/json"),
        body: `"${"x".repeat(50)}"`,
      }),
      ask("POST /", 415, "charset", { ...typed("application/json; charset=x"), body: "{}" }),
      ask("POST /", 200, /none|\{\}/, { ...typed("application/xml"), body: "<a/>" }),
    ],
  },
  {
    title: "reads a body by hand, as a stream, multipart, and after 100 Continue",
    build({ app }) {
      const host = app();
      host.post("/events", (req, res) => {
        let length = 0;
        req.on("data", (chunk: Buffer) => {
          length += chunk.length;
        });
        req.on("end", () => res.send(`${length} bytes, complete ${req.complete}`));
      });
      host.post("/later", (req, res) => {
        // As behind a look-up in a data base: nobody has touched the body by then.
        setImmediate(() => void req.pipe(res.type("text")));
      });
      host.post("/echo", (req, res) => void req.pipe(res.type("bin")));
      host.post("/form", multer().single("file"), (req, res) => {
        res.json([req.body, req.file?.originalname, req.file?.buffer.toString()]);
      });
      host.post("/unread", (_req, res) => void res.status(202).send("not read"));
      return host;
    },
    asks: [
      ask("POST /events", 200, "20000 bytes, complete true", { body: "x".repeat(20_000) }),
      ask("POST /later", 200, "kept until it is read", { body: "kept until it is read" }),
      ask("POST /echo", 200, "echoed", { body: "echoed" }),
      ask("POST /echo", 200, /^HTTP\/1.1 100 Continue/, {
        headers: ["Expect: 100-continue"],
        body: "more",
      }),
      ask("POST /form", 200, '"f.txt","content"', {
        ...typed("multipart/form-data; boundary=b"),
        body: multipart,
      }),
      ask("POST /unread", 202, "not read", { body: "x".repeat(1000) }),
    ],
  },
  {
    title: "runs middleware in order, with events and connections that stay",
    build({ app, router, note }) {
      const host = app();
      const step = (name: string) => (req: Request, res: Response, next: () => void) => {
        note(name, req.url, res.headersSent, Object.hasOwn(req, "route"), req.listenerCount("end"));
        note(res.listenerCount("finish"), res.listenerCount("close"), req.readableFlowing);
        res.append("X-Steps", name);
        next();
      };
      host.use((_req, res, next) => {
        res.on("finish", () => note("finish", res.statusCode));
        next();
      });
      host.use(step("first"), step("second"));
      const inner = router();
      inner.use(step("inner"));
      inner.get("/:n", step("route"), (req, res) => void res.send(`n ${req.params.n}`));
      host.use("/in", inner);
      host.use(step("behind"));
      return host;
    },
    asks: [
      pipeline(["GET /in/1", "GET /none", "HEAD /in/2", "GET /in/3"], 200, "n 3"),
      get("/in/4", 200, "X-Steps: first\r\nX-Steps: second\r\nX-Steps: inner"),
    ],
  },
  {
    title: "works with compression, cors, helmet, morgan and sessions",
    build({ app, note }) {
      const host = app();
      host.use(morgan(":method :url :status :res[content-length]", { stream: { write: note } }));
      host.use(helmet(), cors({ origin: "http://app.test" }), compression({ threshold: 10 }));
      host.use(
        session({ secret: "s", genid: () => "id", resave: false, saveUninitialized: false }),
      );
      host.get("/count", (req, res) => {
        const cart = req.session as { views?: number };
        cart.views = (cart.views ?? 0) + 1;
        res.send(`${cart.views} views`.padEnd(200));
      });
      return host;
    },
    asks: [
      get("/count", 200, "Set-Cookie: connect.sid=s%3Aid."),
      get("/count", 200, "Content-Encoding: gzip", "Accept-Encoding: gzip"),
      ask("OPTIONS /count", 204, "Access-Control-Allow-Origin: http://app.test", {
        headers: ["Origin: http://app.test", "Access-Control-Request-Method: GET"],
      }),
      get("/none", 404, "X-Content-Type-Options: nosniff"),
    ],
  },
];
