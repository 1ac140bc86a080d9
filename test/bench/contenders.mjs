// Who is compared. A contender is a host, and a guest in it; the guest "own" is the host's own route.

const TIMED = ["json", "params", "middleware", "echo", "buffer", "stream", "chunks"];
const ROUTES = [...TIMED, "prerendered", "legacy"];

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {string} title
 * @property {"node" | "connect" | "express" | "express4" | "fastify" | "middie"} host
 * @property {string} guest a module in guests/, or "own"
 * @property {string} [mode] of Starbridge: its pages as "source", "built", or "native", built without the light Response
 * @property {boolean} [etag] of Express
 * @property {boolean} [fast] whether the guest uses its own Response class
 * @property {string} [own] name of the contender that is the host's own route
 * @property {string[]} routes
 * @property {boolean} [before] whether it is the package of --before
 */

/** @type {Contender[]} */
export const contenders = [
  own("node", "plain node:http", "node"),
  own("express", "Express 5, ETag off", "express"),
  own("express-etag", "Express 5", "express", { etag: true, routes: TIMED }),
  own("express4", "Express 4, ETag off", "express4"),
  own("express4-etag", "Express 4", "express4", { etag: true, routes: TIMED }),
  own("fastify", "Fastify 5", "fastify"),
  own("fastify-by-hand", "Fastify 5, cookies by hand", "fastify", {
    routes: ["middleware"],
    byHand: true,
  }),
  {
    ...peer("express-by-hand", "Express 5, answered by hand in a middleware", "by-hand"),
    routes: ["json", "params", "middleware", "echo"],
  },
  ...starbridges("express", "Express 5", ["source", "built", "native"]),
  ...starbridges("express4", "Express 4", ["source", "built"]),
  ...starbridges("fastify", "Fastify 5", ["source", "built", "native"]),
  ...starbridges("middie", "middie", ["source", "built"], "fastify"),
  ...starbridges("connect", "connect", ["source", "built"], "node"),
  ...starbridges("node", "node:http", ["source", "built"]),
  peer("astro-express", "Astro's adapter in Express 5", "astro"),
  {
    ...peer("astro-middie", "Astro's adapter under middie", "astro"),
    host: "middie",
    own: "fastify",
  },
  peer("hono-express", "Hono in Express 5", "hono"),
  peer("srvx-express", "srvx in Express 5", "srvx"),
  peer("srvx-fast-express", "srvx in Express 5, its own Response", "srvx", { fast: true }),
  peer("h3-express", "h3 in Express 5", "h3"),
  peer("whatwg-express", "@whatwg-node/server in Express 5", "whatwg"),
  peer("remix-express", "@remix-run/node-fetch-server in Express 5", "remix"),
  peer("file-routing-express", "express-file-routing", "file-routing", {
    routes: ["json", "params", "middleware", "echo"],
  }),
  {
    ...peer("autoload-fastify", "@fastify/autoload", "autoload"),
    host: "fastify",
    own: "fastify",
    routes: ["json", "params", "middleware", "echo"],
  },
];

function own(name, title, host, rest = {}) {
  return { name, title: `${title}, own route`, host, guest: "own", routes: ROUTES, ...rest };
}

function starbridges(host, title, modes, ownRoute = host) {
  const words = {
    source: "from source",
    built: "built",
    native: "built, lightResponse: false",
  };
  return modes.map((mode) => ({
    name: `starbridge-${host}-${mode}`,
    title: `**Starbridge** in ${title}, ${words[mode]}`,
    host,
    guest: "starbridge",
    mode,
    own: ownRoute,
    // Without a build nothing is prerendered ahead.
    routes: mode === "source" ? ROUTES.filter((route) => route !== "prerendered") : ROUTES,
  }));
}

function peer(name, title, guest, rest = {}) {
  return { name, title, host: "express", guest, own: "express", routes: TIMED, ...rest };
}
