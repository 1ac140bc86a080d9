// What Express promises of its views and their cache, and of what surrounds a request.
import { AsyncLocalStorage } from "node:async_hooks";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ErrorRequestHandler } from "express";
import { afterAll } from "vitest";
import { ask, get } from "./_host-promise.ts";
import { withoutFrames } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";

const views = mkdtempSync(join(tmpdir(), "starbridge-views-"));
for (const name of ["page.tpl", "other.txt", "index.tpl"]) writeFileSync(join(views, name), name);
afterAll(() => rmSync(views, { recursive: true }));

type Done = (error: unknown, text?: string) => void;

/** A view class of the app's own: what Express asks of it is all noted. */
function viewClass(note: (...values: unknown[]) => void): unknown {
  return class OwnView {
    readonly name: string;
    readonly path: string | undefined;

    constructor(name: string, options: { defaultEngine: string; root: string; engines: object }) {
      note(`look up ${name} ${options.defaultEngine} ${options.root === views}`);
      note(Object.keys(options.engines));
      this.name = name;
      this.path = name === "none" ? undefined : join(options.root, name);
    }

    render(options: Record<string, unknown>, done: Done): void {
      const { settings, cache, _locals } = options as {
        settings: Record<string, unknown>;
        cache: unknown;
        _locals: Record<string, unknown>;
      };
      done(
        null,
        [this.name, options.a, settings.title, cache, Object.keys(_locals ?? {})].join("|"),
      );
    }
  };
}

const storage = new AsyncLocalStorage<string>();

export const expressViews: ExpressScenario[] = [
  {
    title: "looks views up once where they are cached, and each time where they are not",
    build({ app, note }) {
      const host = app();
      const kinds: Record<string, Record<string, unknown>> = {
        cached: { "view cache": true },
        fresh: { "view cache": false },
        default: {},
      };
      for (const [title, settings] of Object.entries(kinds)) {
        const child = app({
          ...settings,
          title,
          views,
          "view engine": "tpl",
          view: viewClass(note),
        });
        child.locals.b = 1;
        child.get("/call", (_req, res) => void res.render("page", { a: 1, cache: true }));
        child.get("/app", (req, res, next) => {
          req.app.render("page", { a: 3 }, (error: unknown, text: string) => {
            if (error) next(error);
            else res.send(text);
          });
        });
        child.get("/:name", (req, res) => void res.render(req.params.name, { a: 2 }));
        host.use(`/${title}`, child);
      }
      host.use(withoutFrames);
      return host;
    },
    asks: ["cached", "fresh", "default"].flatMap((kind) => [
      get(`/${kind}/page`, 200, `page|2|${kind}|${kind === "cached" ? "true" : ""}`),
      get(`/${kind}/page`, 200, "page|2"),
      get(`/${kind}/app`, 200, "page|3"),
      get(`/${kind}/call`, 200, "page|1"),
      get(`/${kind}/none`, 500, "Failed to lookup view"),
    ]),
  },
  {
    title: "finds engines by extension, by default, and folders by index",
    build({ app, note }) {
      const host = app({ views: [join(views, "none"), views], "view engine": "tpl" });
      const engine = (name: string) => (path: string, options: object, done: Done) => {
        note(name, path.slice(views.length), Reflect.get(options, "a"));
        done(null, `${name} of ${path.slice(views.length)}`);
      };
      host.engine("tpl", engine("tpl")).engine(".txt", engine("txt"));
      host.get("/:name", (req, res) => void res.render(req.params.name, { a: 1 }));
      host.get("/", (_req, res) => {
        res.render("page", (error: Error | null, text: string) => {
          note(error);
          res.type("text").send(text);
        });
      });
      host.use(withoutFrames);
      return host;
    },
    asks: [
      get("/page", 200, "tpl of /page.tpl"),
      get("/other.txt", 200, "txt of /other.txt"),
      get("/", 200, "Content-Type: text/plain"),
      get("/none", 500, "Failed to lookup view"),
    ],
  },
  {
    title: "keeps the storage of its middleware for handlers, their timers, streams and errors",
    build({ app, express, router, note }) {
      const outer = express();
      // In front of the bridge, which is the first layer of the app below.
      outer.use((req, _res, next) => storage.run(`${req.method} ${req.url}`, next));
      const host = app();
      outer.use(host);
      const inner = router();
      const see = (where: string): void => void note(`${where}: ${storage.getStore() ?? "lost"}`);
      inner.get("/later", (_req, res) => {
        see("handler");
        res.on("finish", () => see("finish"));
        setImmediate(() => {
          see("timer");
          res.send(storage.getStore());
        });
      });
      inner.post("/body", async (req, res) => {
        let length = 0;
        for await (const chunk of req) length += chunk.length;
        res.send(`${length} ${storage.getStore()}`);
      });
      inner.get("/fails", async (_req, _res, next) => {
        await Promise.resolve();
        next(new Error("boom"));
      });
      host.use("/in", inner);
      host.use((_req, res) => void res.status(404).send(storage.getStore()));
      host.use(((error, _req, res, _next) => {
        res.status(500).send(`${error.message} ${storage.getStore()}`);
      }) satisfies ErrorRequestHandler);
      return outer;
    },
    asks: [
      get("/in/later", 200, "GET /in/later"),
      ask("POST /in/body", 200, "10 POST /in/body", { body: "read it up" }),
      get("/in/fails", 500, "boom GET /in/fails"),
      get("/none", 404, "GET /none"),
      ask("PATCH /users/7/none", 404, "PATCH /users/7/none"),
    ],
  },
  {
    title: "is fresh or stale by time, by tag, and by what the client asks for",
    build({ app }) {
      const host = app();
      host.get("/time", (req, res) => {
        res.set("Last-Modified", "Tue, 14 Nov 2023 22:13:20 GMT");
        if (req.fresh) res.status(304).end();
        else res.send(`fresh ${req.fresh}, stale ${req.stale}`);
      });
      host.post("/time", (req, res) => {
        res.set("ETag", '"a"').send(`fresh ${req.fresh}, stale ${req.stale}`);
      });
      host.get(
        "/failed",
        (req, res) => void res.status(500).set("ETag", '"a"').send(`${req.fresh}`),
      );
      return host;
    },
    asks: [
      get("/time", 200, "fresh false, stale true"),
      get("/time", 304, "", "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT"),
      get("/time", 200, "fresh false", "If-Modified-Since: Mon, 13 Nov 2023 22:13:20 GMT"),
      get("/time", 200, "fresh false", "If-Modified-Since: nonsense"),
      ask("POST /time", 200, "fresh false", { headers: ['If-None-Match: "a"'], body: "x" }),
      get("/failed", 500, "false", 'If-None-Match: "a"'),
    ],
  },
];
