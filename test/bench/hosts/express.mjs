// Express 5 and 4: the app, and its own routes as its documentation writes them.
import { parse } from "cookie";
import { hello } from "../payloads.mjs";
import { chunkStream, megabyte, megabyteStream } from "./streams.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createHost({ contender, scenario, folder }) {
  const { default: express } = await import(contender.host);
  const app = express();
  if (contender.etag !== true) app.set("etag", false);
  return {
    async mount({ handler, perRoute, before }) {
      if (before) middlewares(app);
      if (perRoute && scenario.route === "params") {
        for (const [path] of sections(scenario)) app.get(path, handler);
      } else app.use(handler);
    },
    async own() {
      ownRoutes[scenario.route](app, { express, scenario, folder });
    },
    listen: () =>
      new Promise((resolve) => {
        const server = app.listen(0, "127.0.0.1", () => resolve(server));
      }),
  };
}

const ownRoutes = {
  json(app) {
    app.get("/api/hello", (_req, res) => {
      res.json(hello());
    });
  },
  params(app, { scenario }) {
    for (const [path, section] of sections(scenario)) {
      app.get(path, (req, res) => {
        res.json({ section, user: req.params.user, post: req.params.post });
      });
    }
  },
  middleware(app) {
    middlewares(app);
    app.get("/api/hello", (_req, res) => {
      res.json({ ...hello(), user: res.locals.user });
    });
  },
  echo(app, { express }) {
    app.post("/api/echo", express.json({ limit: "2mb" }), (req, res) => {
      res.json(req.body);
    });
  },
  buffer(app) {
    app.get("/api/buffer", (_req, res) => {
      res.type("application/octet-stream").send(megabyte);
    });
  },
  stream(app) {
    app.get("/api/stream", (_req, res) => {
      megabyteStream().pipe(res.type("application/octet-stream"));
    });
  },
  chunks(app) {
    app.get("/api/chunks", (_req, res) => {
      chunkStream().pipe(res.type("text/plain"));
    });
  },
  prerendered(app, { express, folder }) {
    app.use(express.static(folder));
  },
  legacy(app) {
    app.get("/legacy/hello", (_req, res) => {
      res.json(hello());
    });
  },
};

function* sections({ routes }) {
  for (let section = 0; section < routes; section++) {
    yield [`/section-${section}/:user/posts/:post`, section];
  }
}

function middlewares(app) {
  app.use((_req, res, next) => {
    res.set("x-served-by", "bench");
    next();
  });
  app.use((req, res, next) => {
    res.locals.user = parse(req.headers.cookie ?? "").session ?? "nobody";
    next();
  });
  app.use((_req, res, next) => {
    res.cookie("seen", "1", { path: "/", httpOnly: true });
    next();
  });
}
