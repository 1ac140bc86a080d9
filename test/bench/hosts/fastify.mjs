// Fastify 5, bare or with @fastify/middie, and its own routes as its documentation writes them. No response schema: the
// route that a file replaces mostly has none.
import { parse, serialize } from "cookie";
import Fastify from "fastify";
import { hello, MEGABYTE } from "../payloads.mjs";
import { chunkStream, megabyte, megabyteStream } from "./streams.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createHost({ contender, scenario, folder }) {
  // @fastify/autoload makes a plugin of each of 2,000 folders.
  const app = Fastify({ bodyLimit: 2 * MEGABYTE, pluginTimeout: 100_000 });
  return {
    async mount({ handler, plugin, options, before }) {
      if (before) await middlewares(app);
      if (contender.host === "fastify") {
        await app.register(plugin, options);
        return;
      }
      await app.register((await import("@fastify/middie")).default);
      app.use(handler);
    },
    async own() {
      const route = contender.byHand ? "middlewareByHand" : scenario.route;
      await ownRoutes[route](app, { scenario, folder });
    },
    async listen() {
      await app.listen({ port: 0, host: "127.0.0.1" });
      return app.server;
    },
  };
}

const ownRoutes = {
  json(app) {
    app.get("/api/hello", (_request, reply) => {
      reply.send(hello());
    });
  },
  params(app, { scenario }) {
    for (let section = 0; section < scenario.routes; section++) {
      app.get(`/section-${section}/:user/posts/:post`, ({ params }, reply) => {
        reply.send({ section, user: params.user, post: params.post });
      });
    }
  },
  async middleware(app) {
    await middlewares(app);
    app.get("/api/hello", ({ user }, reply) => {
      reply.send({ ...hello(), user });
    });
  },
  middlewareByHand(app) {
    app.decorateRequest("user", "");
    app.addHook("onRequest", (_request, reply, done) => {
      reply.header("x-served-by", "bench");
      done();
    });
    app.addHook("onRequest", (request, _reply, done) => {
      request.user = parse(request.headers.cookie ?? "").session ?? "nobody";
      done();
    });
    app.addHook("onRequest", (_request, reply, done) => {
      reply.header("set-cookie", serialize("seen", "1", { path: "/", httpOnly: true }));
      done();
    });
    app.get("/api/hello", ({ user }, reply) => {
      reply.send({ ...hello(), user });
    });
  },
  echo(app) {
    app.post("/api/echo", (request, reply) => {
      reply.send(request.body);
    });
  },
  buffer(app) {
    app.get("/api/buffer", (_request, reply) => {
      reply.type("application/octet-stream").send(megabyte);
    });
  },
  stream(app) {
    app.get("/api/stream", (_request, reply) => {
      reply.type("application/octet-stream").send(megabyteStream());
    });
  },
  chunks(app) {
    app.get("/api/chunks", (_request, reply) => {
      reply.type("text/plain").send(chunkStream());
    });
  },
  async prerendered(app, { folder }) {
    await app.register((await import("@fastify/static")).default, { root: folder });
  },
  legacy(app) {
    app.get("/legacy/hello", (_request, reply) => {
      reply.send(hello());
    });
  },
};

async function middlewares(app) {
  await app.register((await import("@fastify/cookie")).default);
  app.decorateRequest("user", "");
  app.addHook("onRequest", (_request, reply, done) => {
    reply.header("x-served-by", "bench");
    done();
  });
  app.addHook("onRequest", (request, _reply, done) => {
    request.user = request.cookies.session ?? "nobody";
    done();
  });
  app.addHook("onRequest", (_request, reply, done) => {
    reply.setCookie("seen", "1", { path: "/", httpOnly: true });
    done();
  });
}
