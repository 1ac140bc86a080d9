// A prerendered path is asked for in whatever encoding a client has for its values, as the path of a file that runs on
// request is; text of the route has one spelling (RFC 3986 section 6.2.2 says what is the same).
import { afterEach, describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start, stopHosts } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { buildProject, project } from "./_project.ts";
import { quietLogger } from "./_quiet-logger.ts";

const list = (name: string, ...values: string[]) => `
  export const prerender = true;
  export const getStaticPaths = () => ${JSON.stringify(values)}.map((${name}) => ({ params: { ${name} } }));`;
const say = (word: string) => `
  export const GET = ({ params, url }) => Response.json(["${word}", params, url.pathname]);`;

const files = {
  "src/pages/p/[a].js":
    list("a", "it's (x)", "~t", "a", "a+b", "a?b", "ü b", "post-1", "post-2", "a%62") + say("made"),
  "src/pages/p/post-[n].js": list("n", "1") + say("post"),
  "src/pages/p/text.js": `export const prerender = true;${say("text")}`,
  "src/pages/r/[...rest].json.js": list("rest", "a/b", "c") + say("rest"),
  "src/pages/m/[x]-[y].js": `
    export const prerender = true;
    export const getStaticPaths = () => [{ params: { x: "a-b", y: "c" } }];${say("mixed")}`,
  "src/pages/live/[a].js": say("live"),
  "src/pages/go.js": `export const GET = (context) => context.rewrite(context.url.search.slice(1));`,
};

const hosts: HostName[] = ["express 4", "express 5", "fastify", "connect", "node:http", "http2"];
const states = ["built", "not built"] as const;

describe.each(hosts)("the values in a prerendered path on %s", (host) => {
  staysQuiet();
  afterEach(stopHosts);

  async function open(state: (typeof states)[number], more: Record<string, string> = {}) {
    const root = project({ ...files, ...more });
    if (state === "built") await buildProject(root);
    const build = state === "built" ? undefined : (false as const);
    const server = await start(host, {
      options: { root, dev: false, build, logger: quietLogger } as object,
    });
    const ask = async (path: string) => {
      const answer = await server.fetch(path);
      return answer.ok ? JSON.parse(await answer.text()) : answer.status;
    };
    // Without a build Fastify asks getStaticPaths at the first request for a path.
    for (const path of ["/p/none", "/r/none.json", "/m/a-a"]) await ask(path);
    return { server, ask };
  }

  it.each(states)("may be encoded in any valid way (%s)", async (state) => {
    const { ask } = await open(state);
    const quoted = ["made", { a: "it's (x)" }, "/p/it's%20(x)"];
    for (const path of ["it's%20(x)", "it%27s%20%28x%29", "%69t's%20(%78)", "it%27s%20(x%29"]) {
      expect(await ask(`/p/${path}`), path).toEqual(quoted);
    }
    for (const path of ["~t", "%7Et", "%7et"]) {
      expect(await ask(`/p/${path}`), path).toEqual(["made", { a: "~t" }, "/p/~t"]);
    }
    expect(await ask("/p/%61")).toEqual(["made", { a: "a" }, "/p/a"]);
    expect(await ask("/p/%c3%bc%20%62")).toEqual(["made", { a: "ü b" }, "/p/%C3%BC%20b"]);
    expect(await ask("/r/%61/%62.json")).toEqual(["rest", { rest: "a/b" }, "/r/a/b.json"]);
    expect(await ask("/go?/p/%7Et")).toEqual(["made", { a: "~t" }, "/p/~t"]);
  });

  it.each(states)("are those that the same path would give on request (%s)", async (state) => {
    const { ask } = await open(state);
    // What stays encoded in a value is another value, as it is for an endpoint that runs on request.
    expect([await ask("/p/a+b"), await ask("/p/a%2Bb")]).toEqual([
      ["made", { a: "a+b" }, "/p/a+b"],
      404,
    ]);
    expect(await ask("/p/a%3Fb")).toEqual(["made", { a: "a%3Fb" }, "/p/a%3Fb"]);
    expect(await ask("/live/a%2Bb")).toEqual(["live", { a: "a%2Bb" }, "/live/a%2Bb"]);
    // Decoded once, and never twice.
    expect(await ask("/p/%2561")).toBe(404);
    expect(await ask("/p/a%2562")).toEqual(["made", { a: "a%62" }, "/p/a%2562"]);
    // Unicode is compared as it is sent.
    expect(await ask("/p/u%CC%88%20b")).toBe(404);
    const mixed = ["mixed", { x: "a", y: "b-c" }, "/m/a-b-c"];
    expect([await ask("/m/a-b-c"), await ask("/m/%61%2Db-c")]).toEqual([mixed, mixed]);
  });

  it.each(states)("lend no other spelling to the text beside them (%s)", async (state) => {
    const { ask } = await open(state);
    expect(await ask("/p/text")).toEqual(["text", {}, "/p/text"]);
    expect(await ask("/p/te%78t")).toBe(404);
    expect(await ask("/%70/a")).toBe(404);
    expect(await ask("/r/a/b%2Ejson")).toBe(404);
    // The path is that of the other file, whichever fits the spelling.
    expect(await ask("/p/post-1")).toEqual(["post", { n: "1" }, "/p/post-1"]);
    expect(await ask("/p/post%2D1")).toBe(404);
    expect(await ask("/p/post-%31")).toEqual(["post", { n: "1" }, "/p/post-1"]);
    expect(await ask("/p/post%2D2")).toEqual(["made", { a: "post-2" }, "/p/post-2"]);
    expect(await ask("/p/a%2F..%2Fa")).toBe(404);
    expect(await ask("/r/a%2Fb.json")).toBe(404);
  });

  it.each(states)("do not hand the path on to a route behind (%s)", async (state) => {
    const { ask } = await open(state, { "src/pages/p/[...behind].js": say("behind") });
    expect(await ask("/p/%61")).toEqual(["made", { a: "a" }, "/p/a"]);
    expect(await ask("/p/none/x")).toEqual(["behind", { behind: "none/x" }, "/p/none/x"]);
    expect(await ask("/p/post%2D1")).toEqual(["behind", { behind: "post-1" }, "/p/post-1"]);
  });

  it("have one answer with one tag, and refuse a method alike", async () => {
    const root = project(files);
    await buildProject(root);
    const options = { root, dev: false, methodMismatch: "405", logger: quietLogger };
    const server = await start(host, { options: options as object });
    const one = await server.fetch("/p/~t");
    const other = await server.fetch("/p/%7Et", { method: "HEAD" });
    for (const name of ["etag", "last-modified", "content-length", "content-type"]) {
      expect(other.headers.get(name), name).toBe(one.headers.get(name));
    }
    const etag = one.headers.get("etag") ?? "";
    const kept = await server.fetch("/p/%7et", { headers: { "if-none-match": etag } });
    expect(kept.status).toBe(304);
    for (const path of ["/p/~t", "/p/%7Et"]) {
      const { status, headers } = await server.fetch(path, { method: "POST" });
      expect([path, status, headers.get("allow")]).toEqual([path, 405, "GET, HEAD"]);
    }
  });
});
