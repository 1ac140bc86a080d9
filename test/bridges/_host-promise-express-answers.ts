// What Express's `res` promises in its documentation.
import cookieParser from "cookie-parser";
import { ask, get } from "./_host-promise.ts";
import { withoutFrames } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

export const expressAnswers: ExpressScenario[] = [
  {
    title: "sends texts, objects and bytes with a type, a length and an ETag",
    build({ app }) {
      const host = app();
      host.get("/text", (_req, res) => void res.send("größer"));
      host.get("/object", (_req, res) => void res.send({ a: [1, null, "x"] }));
      host.get("/bytes", (_req, res) => void res.send(Buffer.from([0, 255, 10])));
      host.get("/true", (_req, res) => void res.status(201).send(true));
      host.get("/nothing", (_req, res) => void res.send());
      return host;
    },
    asks: [
      get("/text", 200, "text/html; charset=utf-8"),
      get("/object", 200, '{"a":[1,null,"x"]}'),
      get("/bytes", 200, "application/octet-stream"),
      get("/true", 201, "true"),
      get("/nothing", 200, "Content-Length: 0"),
    ],
  },
  {
    title: "writes JSON as its settings say, and JSONP",
    build({ app }) {
      const host = app({
        "json spaces": 2,
        "json escape": true,
        "json replacer": (key: string, value: unknown) => (key === "secret" ? undefined : value),
        "jsonp callback name": "cb",
      });
      host.get("/json", (_req, res) => void res.json({ html: "<b>&", secret: 1 }));
      host.get("/jsonp", (_req, res) => void res.jsonp(["</script>", "\u2028"]));
      return host;
    },
    asks: [
      get("/json", 200, '{\n  "html": "\\u003cb\\u003e\\u0026"\n}'),
      get("/jsonp?cb=go", 200, "typeof go === 'function' && go("),
      get("/jsonp", 200, "application/json"),
    ],
  },
  {
    title: "drops the body of 204, 205 and 304, and names other statuses",
    build({ app }) {
      const host = app();
      host.get("/status/:code", (req, res) => void res.status(Number(req.params.code)).send("x"));
      host.get("/send/:code", (req, res) => void res.sendStatus(Number(req.params.code)));
      return host;
    },
    asks: [
      get("/status/204", 204),
      get("/status/205", 205),
      get("/status/304", 304),
      get("/send/418", 418, "I'm a Teapot"),
      get("/send/404", 404, "Not Found"),
    ],
  },
  {
    title: "answers conditional requests by ETag, made as the setting says",
    build({ app }) {
      const host = app({ etag: "strong" });
      host.get("/strong", (_req, res) => void res.send("hello"));
      host.get("/own", (_req, res) => void res.set("ETag", '"own"').send("hello"));
      host.get("/fresh", (req, res) => {
        res.set("ETag", '"own"');
        res.send(`${req.fresh} ${req.stale}`);
      });
      return host;
    },
    asks: [
      get("/strong", 200, 'ETag: "5-'),
      get("/strong", 304, "", "If-None-Match: *"),
      get("/own", 304, 'ETag: "own"', 'If-None-Match: "other", "own"'),
      get("/own", 200, "hello", 'If-None-Match: "other"'),
      get("/fresh", 200, "false true", "If-None-Match: *", "Cache-Control: no-cache"),
    ],
  },
  {
    title: "sets, signs, reads and clears cookies",
    build({ app }) {
      const host = app();
      host.use(cookieParser("secret"));
      host.get("/set", (_req, res) => {
        res.cookie("a", "b c", { maxAge: 60_000, httpOnly: true, sameSite: "lax", path: "/x" });
        res.cookie("j", { n: 1 }).cookie("s", "signed", { signed: true });
        res.clearCookie("old", { domain: "h.test" }).end("set");
      });
      host.get("/read", (req, res) => void res.json([req.cookies, req.signedCookies]));
      return host;
    },
    asks: [
      get("/set", 200, "Set-Cookie: a=b%20c; Max-Age=60; Path=/x;"),
      get("/read", 200, '[{"a":"1","j":{"n":1}},{}]', "Cookie: a=1; j=j%3A%7B%22n%22%3A1%7D"),
      get("/read", 200, '{"s":false}', "Cookie: s=s%3Asigned.forged"),
    ],
  },
  {
    title: "redirects with the body that the client takes",
    build({ app }) {
      const host = app();
      host.get("/old", (_req, res) => res.redirect("/new?a=<b>"));
      host.get("/gone", (_req, res) => res.redirect(301, "https://else.test/ü"));
      host.get("/deep/old", (_req, res) => res.redirect("../up"));
      host.get("/see", (_req, res) => void res.location("/there").status(201).end());
      return host;
    },
    asks: [
      get("/old", 302, "Found. Redirecting to /new", "Accept: text/plain"),
      get("/old", 302, "<p>Found. Redirecting to /new?a=%3Cb%3E</p>", "Accept: text/html"),
      get("/old", 302, "Content-Length: 0", "Accept: image/png"),
      ask("HEAD /old", 302, "Location: /new"),
      get("/gone", 301, "Location: https://else.test/%C3%BC"),
      get("/deep/old", 302, "Location: ../up"),
      get("/see", 201, "Location: /there"),
    ],
  },
  {
    title: "negotiates types, languages and codings",
    build({ app }) {
      const host = app();
      host.get("/format", (_req, res) => {
        res.format({
          "text/plain": () => void res.send("plain"),
          html: () => void res.send("<p>html</p>"),
          json: () => void res.send({ json: true }),
        });
      });
      host.get("/default", (_req, res) => {
        res.format({ json: () => void res.send("{}"), default: () => void res.send("default") });
      });
      host.use("/format", withoutFrames);
      host.get("/accepts", (req, res) => {
        res
          .vary("Accept-Language")
          .json([
            req.accepts(["json", "text"]),
            req.acceptsLanguages("de", "en"),
            req.acceptsEncodings("br", "gzip"),
            req.acceptsCharsets("utf-8"),
          ]);
      });
      return host;
    },
    asks: [
      get("/format", 200, "<p>html</p>", "Accept: text/html;q=1, */*;q=0.1"),
      get("/format", 200, "Vary: Accept", "Accept: application/*"),
      get("/format", 406, "Not Acceptable", "Accept: image/png"),
      get("/default", 200, "default", "Accept: image/png"),
      get(
        "/accepts",
        200,
        '["text","de",false,"utf-8"]',
        "Accept: text/*",
        "Accept-Language: de-AT, de",
      ),
    ],
  },
  {
    title: "sets headers one by one, appended, varied and as links",
    build({ app }) {
      const host = app({ "x-powered-by": false });
      host.get("/", (_req, res) => {
        res.set({ "X-One": "1", "X-Many": ["a", "b"] }).append("X-One", "2");
        res.vary("Origin").vary("origin").vary("Accept");
        res.links({ next: "/2", last: "/9" }).type("svg").attachment("größe.svg");
        res.removeHeader("X-Nothing");
        res.send(`<svg/> ${res.get("x-one")} ${res.headersSent}`);
      });
      return host;
    },
    asks: [get("/", 200, "<svg/> 1,2 false"), get("/", 200, 'Link: </2>; rel="next"')],
  },
];
