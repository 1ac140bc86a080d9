// What is asked, and what has to come back. `project` is the folder of pages that answers it (pages.mjs).
import {
  CHUNK,
  CHUNKS,
  hello,
  jsonOf,
  MEGABYTE,
  PART,
  sectionPath,
  targetOf,
} from "./payloads.mjs";

const SMALL = 32;
const LARGE = 8;
const JSON_TYPE = "application/json";
const BYTES_TYPE = "application/octet-stream";

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} title
 * @property {"timed" | "start" | "memory"} measure
 * @property {string} project
 * @property {string} [route] which of the routes in hosts/ and guests/ answers it
 * @property {number} [routes] how many routes are registered
 * @property {string} [method]
 * @property {string[]} [paths] asked in turn
 * @property {Record<string, string>} [headers]
 * @property {string} [body]
 * @property {number} [connections]
 * @property {{ type: string, body: (path: string) => string, headers?: Record<string, RegExp> }} [expect]
 */

/** @type {Scenario[]} */
export const scenarios = [
  timed("json", "Small JSON", "basic", {
    paths: ["/api/hello"],
    expect: { type: JSON_TYPE, body: () => JSON.stringify(hello()) },
  }),
  params(200),
  params(2000),
  timed("middleware", "Three middlewares: a header, locals from a cookie, a cookie", "middleware", {
    paths: ["/api/hello"],
    headers: { cookie: "theme=dark; session=ada" },
    expect: {
      type: JSON_TYPE,
      body: () => JSON.stringify({ ...hello(), user: "ada" }),
      headers: { "x-served-by": /^bench$/, "set-cookie": /^seen=1; Path=\/; HttpOnly(?:;|$)/ },
    },
  }),
  post("post-1k", "POST of 1 KB JSON, parsed and echoed", 1024, SMALL),
  post("post-1m", "POST of 1 MB JSON, parsed and echoed", MEGABYTE, LARGE),
  bytes("buffer", "1 MB from a buffer"),
  bytes("stream", `1 MB as a stream of ${MEGABYTE / PART} parts`),
  timed("chunks", `A stream of ${CHUNKS} tiny chunks`, "basic", {
    paths: ["/api/chunks"],
    connections: LARGE,
    expect: { type: "text/plain", body: () => CHUNK.repeat(CHUNKS) },
  }),
  timed("prerendered", "A prerendered answer of 10 KB", "basic", {
    paths: ["/data/table.json"],
    expect: { type: JSON_TYPE, body: () => jsonOf(10_240), headers: { etag: /./ } },
  }),
  timed("legacy", "A legacy route behind the bridge with 2,000 files", "sections-2000", {
    routes: 2000,
    paths: ["/legacy/hello"],
    expect: { type: JSON_TYPE, body: () => JSON.stringify(hello()) },
  }),
  start(20),
  start(200),
  start(2000),
  { ...timed("memory", "Heap after many requests", "middleware"), measure: "memory" },
];

/** @returns {Scenario} */
function timed(name, title, project, rest = {}) {
  const defaults = { method: "GET", headers: {}, connections: SMALL, route: name };
  return { name, title, measure: "timed", project, ...defaults, ...rest };
}

function params(routes) {
  const target = targetOf(routes);
  const pairs = Array.from({ length: 16 }, (_, at) => [`user-${10 + at}`, String(70 - at)]);
  const bodies = new Map(
    pairs.map(([user, post]) => [
      sectionPath(target, user, post),
      JSON.stringify({ section: target, user, post }),
    ]),
  );
  const title = `Two params, route ${target + 1} of ${routes.toLocaleString("en")}`;
  return timed(`params-${routes}`, title, `sections-${routes}`, {
    route: "params",
    routes,
    paths: [...bodies.keys()],
    expect: { type: JSON_TYPE, body: (path) => bodies.get(path) },
  });
}

function post(name, title, size, connections) {
  const body = jsonOf(size);
  return timed(name, title, "basic", {
    route: "echo",
    method: "POST",
    paths: ["/api/echo"],
    headers: { "content-type": JSON_TYPE },
    body,
    connections,
    expect: { type: JSON_TYPE, body: () => body },
  });
}

function bytes(name, title) {
  return timed(name, title, "basic", {
    paths: [`/api/${name}`],
    connections: LARGE,
    expect: { type: BYTES_TYPE, body: () => "x".repeat(MEGABYTE) },
  });
}

function start(routes) {
  const title = `Start with ${routes.toLocaleString("en")} routes`;
  return { ...params(routes), name: `start-${routes}`, title, measure: "start" };
}

// What memory asks is what middleware asks.
Object.assign(byName("memory"), { ...byName("middleware"), name: "memory", measure: "memory" });
byName("memory").title = "Heap after many requests with three middlewares";

function byName(name) {
  return scenarios.find((scenario) => scenario.name === name);
}
