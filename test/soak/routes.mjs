// The traffic's other half: what the host answers itself, with the bridge mounted and without.
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import express from "express";
import fastify from "fastify";
import { starbridge as expressBridge } from "starbridge/express";
import fastifyBridge from "starbridge/fastify";

const item = (id, visitor) => ({ id, visitor, tags: ["a", "b", "c"] });
const legacy = (id) => ({ legacy: id, at: "the host" });
const visitorOf = (req) => req.headers["x-visitor"] ?? "nobody";

/** The same as the streaming page, as a host would write it. */
function chunks() {
  return Readable.from(
    (async function* () {
      for (let left = 20; left > 0; left -= 1) {
        await new Promise((resolve) => setImmediate(resolve));
        yield Buffer.alloc(4096);
      }
    })(),
    { objectMode: false },
  );
}

/**
 * Starts a host.
 *
 * @param host `express5` or `fastify`.
 * @param root Folder of the built project; without it the host answers everything itself.
 * @param file What the prerendered endpoint gives, for the host that has no bridge.
 * @param visit Called with each request.
 */
export async function start(host, { root, file, visit }) {
  return host === "fastify" ? startFastify(root, file, visit) : startExpress(root, file, visit);
}

async function startExpress(root, file, visit) {
  const app = express();
  app.use((_req, _res, next) => {
    visit();
    next();
  });
  if (root) {
    const bridge = expressBridge({ root, dev: false });
    await bridge.ready();
    app.use(bridge);
  } else {
    app.get("/api/items/:id", (req, res) => {
      res.cookie("last", req.params.id).set("x-served-by", "host");
      res.json(item(req.params.id, visitorOf(req)));
    });
    app.post("/api/echo", express.json(), (req, res) => void res.json({ got: req.body }));
    app.get("/api/stream", (_req, res) => {
      const source = chunks();
      res.type("application/octet-stream").on("close", () => source.destroy());
      source.pipe(res);
    });
    app.get("/catalog.json", (_req, res) => res.sendFile(file));
  }
  app.get("/legacy/:id", (req, res) => void res.json(legacy(req.params.id)));
  app.post("/legacy", express.json(), (req, res) => void res.json({ got: req.body }));
  // A client that leaves in the middle of a body is an error of the parser, and nobody's to see.
  app.use((_error, _req, res, _next) => void res.status(400).end());
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return server;
}

async function startFastify(root, file, visit) {
  const app = fastify({ logger: false });
  app.addHook("onRequest", async () => visit());
  if (root) {
    await app.register(fastifyBridge, { root, dev: false });
  } else {
    app.get("/api/items/:id", (request, reply) => {
      reply.header("set-cookie", `last=${request.params.id}; Path=/`).header("x-served-by", "host");
      return reply.send(item(request.params.id, visitorOf(request)));
    });
    app.post("/api/echo", (request, reply) => reply.send({ got: request.body }));
    app.get("/api/stream", (_request, reply) =>
      reply.type("application/octet-stream").send(chunks()),
    );
    app.get("/catalog.json", (_request, reply) =>
      reply.type("application/json").send(createReadStream(file)),
    );
  }
  app.get("/legacy/:id", (request, reply) => reply.send(legacy(request.params.id)));
  app.post("/legacy", (request, reply) => reply.send({ got: request.body }));
  await app.listen({ port: 0, host: "127.0.0.1" });
  return app.server;
}
