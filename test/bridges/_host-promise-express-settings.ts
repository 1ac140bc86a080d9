// What Express promises of an app: its settings, its own facts, proxies it trusts, and what only one major has.
import type { ErrorRequestHandler, Request, Response } from "express";
import { vi } from "vitest";
import { ask, get } from "./_host-promise.ts";
import { withoutFrames } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

const answered: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(500).send(`${error.name}: ${error.message}`);
};

export const expressSettings: ExpressScenario[] = [
  {
    title: "has settings that are set, read, enabled and disabled, and inherited by mounted apps",
    build({ app, note }) {
      const host = app({ title: "host" });
      const child = app();
      host.enable("feature").disable("x-powered-by");
      child.set("title", "child");
      note(host.get("title"), host.enabled("feature"), host.disabled("x-powered-by"), host.path());
      note(typeof host.get("etag fn"), host.get("env"), host.get("nothing"));
      host.use("/child", child);
      child.get("/", (req, res) => {
        res.json([req.app.get("title"), req.app.enabled("feature"), req.app.get("etag")]);
      });
      host.get("/", (req, res) => {
        res.json([req.app === host, res.app === host, req.res === res, res.req === req]);
      });
      return host;
    },
    asks: [get("/", 200, "[true,true,true,true]"), get("/child", 200, '["child",true,"weak"]')],
  },
  {
    title: "makes ETags weak, by a function, or not at all",
    build({ app }) {
      const host = app();
      const kinds: Record<string, unknown> = {
        weak: "weak",
        off: false,
        own: (body: Buffer) => `"own-${body.length}"`,
      };
      for (const [name, etag] of Object.entries(kinds)) {
        const child = app({ etag });
        child.get("/", (_req, res) => void res.send("hello"));
        child.head("/head", (_req, res) => void res.send("hello"));
        host.use(`/${name}`, child);
      }
      return host;
    },
    asks: [
      get("/weak", 200, 'ETag: W/"5-'),
      get("/own", 200, 'ETag: "own-5"'),
      get("/own", 304, "", 'If-None-Match: "own-5"'),
      get("/off", 200, /^(?![\s\S]*ETag)/),
      ask("HEAD /own/head", 200, "Content-Length: 5"),
    ],
  },
  {
    title: "trusts proxies by number, by net, by name and by function",
    build({ app }) {
      const host = app();
      const kinds: Record<string, unknown> = {
        loopback: "loopback",
        net: ["127.0.0.0/8", "2.2.2.0/24"],
        nobody: () => false,
        first: (_address: string, hop: number) => hop < 1,
      };
      for (const [name, trust] of Object.entries(kinds)) {
        const child = app({ "trust proxy": trust });
        child.get("/", ({ ip, ips, protocol, secure, hostname, headers }, res) => {
          res.json({ ip, ips, protocol, secure, hostname, host: headers.host });
        });
        host.use(`/${name}`, child);
      }
      return host;
    },
    asks: Object.entries({
      loopback: '"ip":"2.2.2.2"',
      net: '"ip":"1.1.1.1","ips":["1.1.1.1","2.2.2.2"]',
      nobody: '"ip":"127.0.0.1","ips":[],"protocol":"http"',
      first: '"ip":"2.2.2.2"',
    }).map(([name, shows]) =>
      get(
        `/${name}`,
        200,
        shows,
        "Host: own.test",
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2",
        "X-Forwarded-Proto: https, http",
        "X-Forwarded-Host: front.test",
      ),
    ),
  },
  {
    title: "renders by callback, from several folders, and outside of a request",
    build({ app, note }) {
      const host = app({ views: [import.meta.dirname, import.meta.dirname] });
      host.engine("ts", (path, options, done) => {
        if (Reflect.get(options, "fail")) done(new Error("engine failed"));
        else
          done(null, `${path.slice(import.meta.dirname.length + 1)} ${Reflect.get(options, "a")}`);
      });
      host.render("_host-promise.ts", { a: 1 }, (error, text) => note(String(error), text));
      host.get("/callback", (_req, res) => {
        res.render("_host-promise.ts", { a: 2 }, (_error, text) => void res.send(`<${text}>`));
      });
      host.get("/fails", (_req, res) => void res.render("_host-promise.ts", { fail: true }));
      host.use(answered);
      return host;
    },
    asks: [
      get("/callback", 200, "<_host-promise.ts 2>"),
      get("/fails", 500, "Error: engine failed"),
    ],
  },
  {
    title: "refuses wrong uses of itself with an error",
    build({ app }) {
      const host = app();
      const refused: Record<string, (res: Response) => unknown> = {
        type: (res) => res.set("Content-Type", ["text/html"]).send("x"),
        header: (res) => res.set("X-A", "a\r\nb").send("x"),
        cookie: (res) => res.cookie("a b;", "x").send("x"),
        signed: (res) => res.cookie("a", "x", { signed: true }).send("x"),
        file: (res) => res.sendFile("relative.txt"),
        status: (res) => res.status("abc" as never).send("x"),
      };
      for (const [name, wrong] of Object.entries(refused)) {
        host.get(`/${name}`, (_req, res) => void wrong(res));
      }
      host.get("/twice", (_req, res) => {
        res.send("once");
        res.send("twice");
      });
      host.use(((error, _req, res, next) => {
        if (res.headersSent) next();
        else answered(error, _req, res, next);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [
      get("/type", 500),
      get("/header", 500, "Invalid character in header content"),
      get("/cookie", 500, "TypeError"),
      get("/signed", 500, "cookieParser"),
      get("/file", 500, "path must be absolute"),
      get("/status", 500),
      get("/twice", 200, "once"),
    ],
  },
  {
    title: "still has what Express 5 has taken away",
    majors: [4],
    build({ app, note }) {
      // Each of them says once on stderr that it will go.
      vi.spyOn(process.stderr, "write").mockImplementation(() => true);
      const host = app();
      const old = (res: Response) => res as unknown as Record<string, (...a: unknown[]) => void>;
      host.get("/number", (_req, res) => old(res).send?.(404));
      host.get("/status", (_req, res) => old(res).json?.(201, { a: 1 }));
      host.get("/back", (_req, res) => res.redirect("back"));
      host.get("/param/:id", (req, res) => {
        const { param } = req as unknown as Record<string, (name: string) => unknown>;
        res.json([param?.call(req, "id"), param?.call(req, "q")]);
      });
      host.get("/optional/:a?/*", (req, res) => void res.json(req.params));
      Reflect.get(host, "del").call(host, "/gone", (_req: Request, res: Response) => {
        note("deleted");
        res.sendStatus(204);
      });
      return host;
    },
    asks: [
      get("/number", 404, "Not Found"),
      get("/status", 201, '{"a":1}'),
      get("/back", 302, "Location: /from", "Referer: /from"),
      get("/param/7?q=8", 200, '["7","8"]'),
      get("/optional/x/y/z", 200, '{"0":"y/z","a":"x"}'),
      ask("DELETE /gone", 204),
    ],
  },
  {
    title: "has what Express 5 has brought",
    majors: [5],
    build({ app }) {
      const host = app();
      host.get("/host", (req, res) => void res.json([req.host, req.hostname, req.query]));
      host.get("/splat/*rest", (req, res) => void res.json(req.params));
      host.get("/{:lang/}about", (req, res) => void res.json(req.params));
      host.get(
        "/own",
        (req, res) => void res.json([req.body === undefined, host.router.stack.length > 0]),
      );
      host.get("/status", (_req, res) => void res.status(99).end());
      host.use(withoutFrames);
      return host;
    },
    asks: [
      get("/host?a[b]=1", 200, '["a.test:81","a.test",{"a[b]":"1"}]', "Host: a.test:81"),
      get("/splat/a/b%2Fc", 200, '{"rest":["a","b/c"]}'),
      get("/de/about", 200, '{"lang":"de"}'),
      get("/about", 200, "{}"),
      get("/own", 200, "[true,true]"),
      get("/status", 500, "Invalid status code"),
    ],
  },
];
