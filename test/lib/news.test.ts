// What is said of a prerendered module that no build has rendered: often enough to be found, and never once a request.
import type { BridgeOptions } from "starbridge";
import { createApp } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";

/** A prerendered module for two paths that looks at what only a client would send. */
function prerendered(param = "sku") {
  return {
    prerender: true,
    getStaticPaths: () => ["tea", "salt"].map((name) => ({ params: { [param]: name } })),
    ALL: ({ request, cookies }: { request: Request; cookies: { has(name: string): boolean } }) =>
      Response.json([request.headers.get("x-a"), cookies.has("a")]),
  };
}

/** An app over a map, and all that it logs. */
async function open(routes: BridgeOptions["routes"], options: BridgeOptions = {}) {
  const lines: string[] = [];
  const note = (level: string) => (fields: object | string, text?: string) =>
    void lines.push(`${level}: ${typeof fields === "string" ? fields : text}`);
  const logger = { info: note("info"), warn: note("warn"), error: note("error") };
  const app = createApp({ routes, logger, ...options });
  onTestFinished(() => app.close());
  await app.ready();
  const get = async (path: string, method = "GET") =>
    (await app.fetch(new Request(`http://localhost${path}`, { method }))).status;
  return { lines, get };
}

const NO_BUILD = "is to be prerendered, and there is no build: it runs on request.";

describe("a scan of a prerendered route without a build", () => {
  it("leaves one line per file and matter in the log, whatever it asks for", async () => {
    const { lines, get } = await open({
      "products/[sku].ts": prerendered(),
      "users/[id].ts": prerendered("id"),
    });
    lines.length = 0;
    for (let count = 0; count < 50; count++) {
      for (const folder of ["products", "users"]) {
        expect(await get(`/${folder}/tea`)).toBe(200);
        expect(await get(`/${folder}/salt`, "POST")).toBe(200);
        expect(await get(`/${folder}/nothing-${count}`)).toBe(404);
      }
    }
    const once = "Said once for this file.";
    const linesOf = (file: string, folder: string) => [
      `warn: ${file} is prerendered: its request has no headers and no cookies. ${once}`,
      `warn: POST /${folder}/salt: ${file} is prerendered; with a build it answers GET and HEAD only. ${once}`,
      `warn: NoMatchingStaticPathFound: getStaticPaths of ${file} does not give /${folder}/nothing-0. ${once}`,
    ];
    expect(lines).toEqual([
      ...linesOf("products/[sku].ts", "products"),
      ...linesOf("users/[id].ts", "users"),
    ]);
  });

  // S-11: Astro says it at every look.
  it("tells of each look at the headers in development, and of one path that is not there", async () => {
    const { lines, get } = await open({ "[sku].ts": prerendered() }, { dev: true });
    expect([await get("/tea"), await get("/tea")]).toEqual([200, 200]);
    const headers = "warn: [sku].ts is prerendered: its request has no headers and no cookies.";
    expect(lines).toEqual([headers, headers, headers, headers]);
    lines.length = 0;
    expect([await get("/a"), await get("/b")]).toEqual([404, 404]);
    expect(lines).toEqual([expect.stringContaining("does not give /a.")]);
  });
});

describe("a module that a function of the map imports", () => {
  it("is told of like any other, once it is loaded, once", async () => {
    const { lines, get } = await open({
      "given/[sku].ts": prerendered(),
      "lazy/[sku].ts": async () => prerendered(),
      "ignored/[sku].ts": async () => ({ ...prerendered(), prerender: false }),
      "silent.ts": async () => ({ get: () => new Response() }),
    });
    expect(lines).toEqual([`info: given/[sku].ts ${NO_BUILD}`]);
    lines.length = 0;
    await Promise.all([get("/lazy/nothing"), get("/lazy/nothing")]);
    const isNotGiven = expect.stringContaining("NoMatchingStaticPathFound");
    expect(lines).toEqual([`info: lazy/[sku].ts ${NO_BUILD}`, isNotGiven]);
    lines.length = 0;
    expect([await get("/ignored/a"), await get("/ignored/b")]).toEqual([200, 200]);
    expect([await get("/silent"), await get("/silent")]).toEqual([404, 404]);
    expect(lines.filter((line) => !line.includes("has no export for"))).toEqual([
      "warn: getStaticPaths of ignored/[sku].ts is ignored: the endpoint runs on every request.",
      'warn: silent.ts answers no method: it exports "get". Export GET, POST … or ALL.',
    ]);
  });

  it("is told of in development by what a build would not tell", async () => {
    const { lines, get } = await open({ "a.ts": async () => ({ get: 1 }) }, { dev: true });
    await get("/a");
    expect(lines).toContainEqual(expect.stringContaining("a.ts answers no method"));
    const other = await open({ "[sku].ts": async () => prerendered() }, { dev: true });
    expect(await other.get("/tea", "HEAD")).toBe(200);
    expect(other.lines.filter((line) => line.includes("there is no build"))).toEqual([]);
  });
});
