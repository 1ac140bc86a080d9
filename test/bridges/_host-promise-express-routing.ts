// What Express's routing promises in its documentation.
import type { ErrorRequestHandler, NextFunction, Request, Response } from "express";
import { ask, get } from "./_host-promise.ts";
import { withoutFrames } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

/** Answers with what the handler sees of its place. */
const where = (req: Request, res: Response): void => {
  const { method, url, baseUrl, originalUrl, path, params } = req;
  res.json({ method, url, baseUrl, originalUrl, path, params, route: req.route?.path });
};

export const expressRouting: ExpressScenario[] = [
  {
    title: "reads parameters, wildcards and escapes",
    build({ app, major }) {
      const host = app();
      host.get("/users/:id", where);
      host.get("/flights/:from-:to.:format", where);
      host.get(major === 4 ? "/files/*" : "/files/*rest", where);
      host.get(major === 4 ? "/maybe/:it?" : "/maybe{/:it}", where);
      host.get(/^\/year\/(\d{4})$/, where);
      host.get(["/one", "/two"], where);
      host.use(withoutFrames);
      return host;
    },
    asks: [
      get("/users/a%20b%2Fc", 200, '"id":"a b/c"'),
      get("/users/7?x=1", 200, '"path":"/users/7"'),
      get("/users/7/starbridgeX", 404),
      get("/users/%zz", 400),
      get("/flights/VIE-LHR.json", 200, '"to":"LHR"'),
      get("/files/a/b%20c/d", 200, "b c"),
      get("/files/starbridges", 200, "starbridges"),
      get("/maybe", 200, '"path":"/maybe"'),
      get("/maybe/7", 200, '"it":"7"'),
      get("/year/1999", 200, '"0":"1999"'),
      get("/two", 200, "/two"),
    ],
  },
  {
    title: "runs the preconditions of parameters once per value",
    build({ app, router, note }) {
      const host = app();
      host.param("id", (req, _res, next, value, name) => {
        note("app", name, value);
        if (value === "bad") return next(Object.assign(new Error("bad id"), { status: 422 }));
        Object.assign(req, { loaded: `user ${value}` });
        next();
      });
      const inner = router({ mergeParams: true });
      inner.param("post", (_req, _res, next, value) => {
        note("router", value);
        next();
      });
      inner.get("/:post", where);
      host.use("/users/:id/posts", inner);
      host.get("/users/:id", (_req, _res, next) => next());
      host.get("/users/:id", (req, res) => void res.send(Reflect.get(req, "loaded")));
      host.use(((error, _req, res, _next) => {
        res.status(error.status).send(error.message);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [
      get("/users/7", 200, "user 7"),
      get("/users/bad", 422, "bad id"),
      get("/users/7/posts/9", 200, '"params":{"id":"7","post":"9"}'),
    ],
  },
  {
    title: "parses queries simple, extended, by function or not at all",
    build({ app }) {
      const host = app();
      const kinds: Record<string, unknown> = {
        simple: "simple",
        extended: "extended",
        off: false,
        own: (text: string) => ({ own: text }),
      };
      for (const [name, parser] of Object.entries(kinds)) {
        const child = app({ "query parser": parser });
        child.get("/", (req, res) => void res.json(req.query));
        host.use(`/${name}`, child);
      }
      return host;
    },
    asks: [
      get("/simple?a=1&a=2&b[c]=3", 200),
      get("/extended?a[]=1&a[]=2&b[c]=3", 200),
      get("/off?a=1", 200),
      get("/own?a=1&%zz", 200),
    ],
  },
  {
    title: "steps through handlers with next, next('route') and next('router')",
    build({ app, router, note }) {
      const host = app();
      const inner = router();
      inner.get("/out", (_req, _res, next) => next("router"));
      inner.get("/out", (_req, res) => void res.send("never"));
      inner.get(
        "/:what",
        (req: Request, _res: Response, next: NextFunction) => {
          next(req.params.what === "skip" ? "route" : undefined);
        },
        [
          (_req: Request, _res: Response, next: () => void) => {
            note("array");
            next();
          },
          (_req: Request, res: Response) => void res.send("handled"),
        ],
      );
      inner.get("/skip", (_req, res) => void res.send("skipped"));
      host.use("/r", inner);
      host.use((req, res) => void res.send(`after ${req.url}`));
      return host;
    },
    asks: [
      get("/r/x", 200, "handled"),
      get("/r/skip", 200, "skipped"),
      get("/r/out", 200, "after /r/out"),
    ],
  },
  {
    title: "has methods, route chains, all() and automatic HEAD and OPTIONS",
    build({ app }) {
      const host = app();
      const a = host.route("/a");
      a.all((_req, res, next) => {
        res.set("X-All", "1");
        next();
      });
      a.get((_req, res) => void res.send("got"));
      a.post((_req, res) => void res.send("posted"));
      host.delete("/a", (_req, res) => void res.sendStatus(204));
      host.propfind("/dav", (_req, res) => void res.status(207).send("<multistatus/>"));
      host["m-search"]("/dav", (_req, res) => void res.send("searched"));
      host.options("/own", (_req, res) => void res.set("Allow", "NONE").end());
      host.head("/own", (_req, res) => void res.set("X-Head", "1").end());
      host.get("/own", (_req, res) => void res.send("own"));
      return host;
    },
    asks: [
      ask("POST /a", 200, "posted", { body: "x" }),
      ask("HEAD /a", 200, "Content-Length: 3"),
      ask("DELETE /a", 204),
      ask("OPTIONS /a", 200, "X-All: 1"),
      ask("PUT /a", 404, "X-All: 1"),
      ask("PROPFIND /dav", 207, "<multistatus/>"),
      ask("M-SEARCH /dav", 200, "searched"),
      ask("OPTIONS /dav", 200, /Allow: .*PROPFIND/),
      ask("OPTIONS /own", 200, "Allow: NONE"),
      ask("HEAD /own", 200, "X-Head: 1"),
      ask("OPTIONS /none", 404),
      ask("OPTIONS *", 404),
    ],
  },
  {
    title: "is strict and case sensitive when it was told to be",
    build({ app, router }) {
      const host = app();
      const strict = app({ "strict routing": true, "case sensitive routing": true });
      const inner = router({ strict: true, caseSensitive: true });
      for (const target of [host, strict, inner]) target.get("/Path", where);
      strict.get("/", where);
      host.use("/strict", strict);
      host.use("/inner", inner);
      return host;
    },
    asks: [
      get("/path/", 200, '"route":"/Path"'),
      get("/strict/Path", 200),
      get("/strict/path", 404),
      get("/strict/Path/", 404),
      get("/strict", 200, '"baseUrl":"/strict"'),
      get("/inner/Path", 200),
      get("/inner/Path/", 404),
    ],
  },
  {
    title: "mounts routers below paths, lists, patterns and parameters",
    build({ app, router }) {
      const host = app();
      const own = router();
      const merged = router({ mergeParams: true });
      for (const target of [own, merged]) target.get("/:id", where);
      own.use("/deep", merged);
      host.use("/t/:tenant/own", own);
      host.use("/t/:tenant/merged", merged);
      host.use(["/x", "/y"], own);
      host.use(/^\/v\d+/, own);
      host.use("/any", where);
      return host;
    },
    asks: [
      get("/t/acme/own/7?q", 200, '"params":{"id":"7"}'),
      get("/t/acme/merged/7", 200, '"params":{"tenant":"acme","id":"7"}'),
      get("/t/a%2Fb/merged/7", 200, '"tenant":"a/b"'),
      get("/t/acme/own/deep/8", 200, '"baseUrl":"/t/acme/own/deep"'),
      get("/y/7", 200, '"url":"/7"'),
      get("/v12/7", 200, '"baseUrl":"/v12"'),
      get("/any/thing/else?z=1", 200, '"url":"/thing/else?z=1"'),
      get("/anything", 404),
    ],
  },
  {
    title: "mounts apps in apps with their settings, locals and mount paths",
    build({ app, note }) {
      const host = app({ "json spaces": 1, title: "host" });
      const admin = app();
      const deep = app({ title: "deep" });
      for (const child of [admin, deep]) {
        child.on("mount", (parent) => note("mounted", parent.get("title")));
        child.get("/here", (req, res) => {
          const { mountpath } = req.app;
          res.json([mountpath, req.app.path(), req.app.get("title"), req.baseUrl, res.locals]);
        });
      }
      host.use((_req, res, next) => {
        res.locals.from = "host";
        next();
      });
      admin.use("/deep", deep);
      host.use(["/admin", "/manage"], admin);
      host.get("/after", (req, res) => void res.json(req.app === host));
      host.use((req, res) => void res.status(404).send(`${req.app === host} ${req.url}`));
      return host;
    },
    asks: [
      get("/admin/here", 200, '"from": "host"'),
      get("/manage/deep/here", 200, '"/manage/deep"'),
      get("/admin/none", 404, "true /admin/none"),
      get("/after", 200, "true"),
    ],
  },
  {
    title: "lets middleware change method and URL for what comes after it",
    build({ app, router }) {
      const host = app();
      const inner = router();
      inner.use((req, _res, next) => {
        req.url = req.url.replace("/old", "/new");
        next();
      });
      inner.get("/new/:id", where);
      host.use((req, _res, next) => {
        req.method = String(req.headers["x-method"] ?? req.method);
        next();
      });
      host.use("/in", inner);
      host.delete("/it", where);
      return host;
    },
    asks: [
      get("/in/old/7", 200, '"url":"/new/7","baseUrl":"/in","originalUrl":"/in/old/7"'),
      ask("POST /it", 200, '"method":"DELETE"', { headers: ["X-Method: DELETE"] }),
    ],
  },
  {
    title: "sees odd request targets as they were sent",
    build({ app }) {
      const host = app();
      host.get("/abs", where);
      host.use((req, res) => void res.json([req.url, req.path, req.query]));
      return host;
    },
    asks: [
      get("//starbridge", 200, '"//starbridge"'),
      get("/starbridge//", 200, '"/starbridge//"'),
      get("/x/../starbridge", 200, '"/x/../starbridge"'),
      get("/%73tarbridge", 200, '"/%73tarbridge"'),
      get("/starbridge%2F", 200, '"/starbridge%2F"'),
      get("/a\\b", 200, "/a"),
      get("/a?x=%zz&y=/..//", 200, '"y":"/..//"'),
      get("http://else.test/abs", 200, '"path":"/abs"'),
      get("/%zz", 200, '"/%zz"'),
    ],
  },
];
