// What Express promises when nothing matches, and when something fails.
import type { ErrorRequestHandler } from "express";
import { vi } from "vitest";
import { ask, get } from "./_host-promise.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

const boom = (fields: object = {}): Error =>
  // The stack goes into the page of Express's own handler; ours would stand in it.
  Object.assign(new Error("boom"), { stack: "Error: boom\n    at home" }, fields);

export const expressErrors: ExpressScenario[] = [
  {
    title: "answers 404 itself, for every method and any path",
    build: ({ app, router }) => app().use("/r", router()),
    asks: [
      get("/none?<script>", 404, "Cannot GET /none"),
      get("/r/none", 404, "Cannot GET /r/none"),
      ask("HEAD /none", 404),
      ask("POST /users/7", 404, "Cannot POST /users/7", { body: "unread" }),
      ask("PUT /starbridge", 404, "Cannot PUT /starbridge"),
      ask("DELETE /users/7/starbridge", 404, "Cannot DELETE"),
    ],
  },
  {
    title: "shows errors on its own page, with their status and headers",
    build({ app }) {
      const host = app();
      host.get("/throws", () => {
        throw boom();
      });
      host.get("/status", (_req, _res, next) =>
        next(boom({ status: 418, headers: { "X-E": "1" } })),
      );
      host.get("/odd", (_req, _res, next) => next(boom({ statusCode: 42 })));
      host.get("/text", (_req, _res, next) => next("only text"));
      host.get("/set", (_req, res, next) => {
        res.status(503).set("X-Gone", "1");
        next(boom());
      });
      return host;
    },
    asks: [
      get("/throws", 500, "Error: boom<br> &nbsp; &nbsp;at home"),
      get("/status", 418, "X-E: 1"),
      get("/odd", 500),
      get("/text", 500, "only text"),
      get("/set", 503, "Content-Security-Policy: default-src 'none'"),
      ask("HEAD /throws", 500),
    ],
  },
  {
    title: "hides and logs errors in production",
    build({ app, note }) {
      vi.spyOn(console, "error").mockImplementation((line) => note(line));
      const host = app({ env: "production" });
      host.get("/throws", () => {
        throw boom();
      });
      host.get("/refuses", (_req, _res, next) => next(boom({ status: 403 })));
      return host;
    },
    asks: [
      get("/throws", 500, "<pre>Internal Server Error</pre>"),
      get("/refuses", 403, "<pre>Forbidden</pre>"),
    ],
  },
  {
    title: "passes errors along its handlers, into routers and out of apps",
    build({ app, router, note }) {
      const host = app();
      const handler =
        (name: string, answers: boolean): ErrorRequestHandler =>
        (error, req, res, next) => {
          note(name, error.message, req.url);
          if (answers) res.status(500).send(`${name} answers`);
          else next(error);
        };
      const inner = router();
      const child = app();
      for (const target of [inner, child]) {
        target.get("/fail", (_req, _res, next) => next(boom()));
        target.get("/heals", (_req, _res, next) => next(boom()));
        target.use("/heals", handler("inner", true));
        target.use(handler("on the way", false));
      }
      host.use("/r", inner);
      host.use("/app", child);
      host.use((_req, res) => void res.send("not for errors"));
      host.use(handler("first", false), handler("last", true));
      return host;
    },
    asks: [
      get("/r/fail", 500, "last answers"),
      get("/r/heals", 500, "inner answers"),
      get("/app/fail", 500, "last answers"),
      get("/app/heals", 500, "inner answers"),
      get("/r/none", 200, "not for errors"),
    ],
  },
  {
    title: "takes rejections and thrown values of async handlers as errors",
    majors: [5],
    build({ app, note }) {
      const host = app();
      host.use("/async", async (_req, _res, next) => {
        await Promise.resolve();
        next();
      });
      host.get("/async/rejects", () => Promise.reject(boom({ status: 409 })));
      host.get("/async/throws", async (_req, res) => {
        await Promise.resolve(res.set("X-Before", "1"));
        throw boom();
      });
      host.get("/async/nothing", () => Promise.reject());
      host.use(((error: Error, req, res, next) => {
        note(error.message, req.url);
        if (req.url.endsWith("throws")) next(error);
        else res.status(500).send(error.message);
      }) satisfies ErrorRequestHandler);
      return host;
    },
    asks: [
      get("/async/rejects", 500, "boom"),
      get("/async/throws", 500, "at home"),
      get("/async/nothing", 500, "Rejected promise"),
    ],
  },
  {
    title: "cuts the connection when a handler fails behind its head",
    build({ app }) {
      const host = app();
      host.get("/", (_req, res, next) => {
        res.set("Content-Length", "100").write("half", () => next(boom()));
      });
      return host;
    },
    asks: [get("/", 200, /half$/)],
  },
];
