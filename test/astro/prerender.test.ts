import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BridgeError } from "starbridge";
import { buildFailure, buildProject, built, project, serve } from "../build/_project.ts";
import type { Handlers } from "./_app.ts";
import { captureLog, jsonOf, startFailure, testApp, untyped } from "./_app.ts";

const FLAG = "export const prerender = true;\n";

/** A prerendered endpoint, as it runs without a build. */
function prerendered(handlers: Handlers): Handlers {
  return { ...handlers, prerender: untyped(true) };
}

describe("the prerender flag", () => {
  const random = "export const GET = () => new Response(String(Math.random()));\n";

  // S-01
  it("is false by default, true with the static output, and a file's own word counts", async () => {
    const files = {
      "src/pages/silent.ts": random,
      "src/pages/yes.ts": FLAG + random,
      "src/pages/no.ts": `export const prerender = false;\n${random}`,
    };
    const kept = async (app: { text(path: string): Promise<string> }, path: string) => {
      const first = await app.text(path);
      return first === (await app.text(path));
    };
    const server = await built(files);
    expect([
      await kept(server, "/silent"),
      await kept(server, "/yes"),
      await kept(server, "/no"),
    ]).toEqual([false, true, false]);
    const site = await built(files, { output: "static" });
    expect([
      await kept(site, "/silent"),
      await kept(site, "/yes"),
      await kept(site, "/no"),
    ]).toEqual([true, true, false]);
  });

  // S-02
  it("is read from the module: annotations do not hide it, and comments are none", async () => {
    const app = await built({
      "src/pages/typed.ts": `export const prerender: boolean = true;\n${random}`,
      "src/pages/comment.ts": `/*\nexport const prerender = true;\n*/\n${random}`,
    });
    expect(app.result.prerendered).toBe(1);
    expect(await app.text("/typed")).toBe(await app.text("/typed"));
    expect(await app.text("/comment")).not.toBe(await app.text("/comment"));
  });

  // S-02
  it("that only running the file would tell ends the start, and the build, with the file's name", async () => {
    const text = `export const prerender = process.env.NOW === "1";\nexport const GET = () => new Response();`;
    const root = project({ "src/pages/when.js": text });
    const failures: BridgeError[] = [
      await startFailure({ root }),
      await buildFailure({ "src/pages/when.js": text }),
    ];
    for (const { code, message } of failures) {
      expect(code).toBe("STARBRIDGE_PRERENDER_NOT_STATIC");
      expect(message).toContain("src/pages/when.js");
    }
  });

  // S-04
  it("leaves the guards of what runs on request as they are", async () => {
    const app = await built(
      {
        "src/pages/static.ts": `export const GET = () => new Response("s");`,
        "src/pages/form.ts": `export const prerender = false;\nexport const POST = () => new Response("in");`,
      },
      { output: "static" },
    );
    const body = new URLSearchParams({ a: "1" });
    const headers = { origin: "https://evil.example" };
    expect(await app.status("/form", { method: "POST", body, headers })).toBe(403);
    expect(await app.status("/form", { method: "POST", body })).toBe(200);
  });
});

describe("the request of a prerendered endpoint", () => {
  const facts = `
    export const GET = async ({ request, url, isPrerendered, clientAddress }) => Response.json({
      method: request.method, url: request.url, own: url.href, headers: [...request.headers],
      body: await request.text(), isPrerendered,
    });`.replace(", clientAddress", "");

  // S-10
  it("is a GET of the site without headers, query and body", async () => {
    const app = await built({ "src/pages/a.ts": FLAG + facts }, { site: "https://shop.example/" });
    const seen = {
      method: "GET",
      url: "https://shop.example/a",
      own: "https://shop.example/a",
      headers: [],
      body: "",
      isPrerendered: true,
    };
    expect(await app.json("/a?q=1")).toEqual(seen);
  });

  // S-10
  it("is the same without a build", async () => {
    const app = await testApp({
      "a.ts": prerendered({
        GET: async ({ request, url, isPrerendered, host }) =>
          Response.json([request.url, url.href, [...request.headers], isPrerendered, host.kind]),
      }),
    });
    const headers = { "x-secret": "1", cookie: "a=1" };
    expect(await jsonOf(await app.fetch("/a?q=1", { headers }))).toEqual([
      "http://localhost:4321/a",
      "http://localhost:4321/a",
      [],
      true,
      "fetch",
    ]);
  });

  // S-11
  it("warns, with the name of the file, each time headers or cookies are read", async () => {
    const log = captureLog();
    const app = await testApp(
      {
        "a.ts": prerendered({
          GET: ({ request, cookies }) => {
            request.headers.get("a");
            request.headers.get("b");
            cookies.has("c");
            return new Response("a");
          },
        }),
      },
      { logger: log.logger, dev: true },
    );
    await app.fetch("/a");
    const warned = log.lines.filter(({ text }) => /^a\.ts is prerendered/.test(text));
    expect(warned.map(({ level }) => level)).toEqual(["warn", "warn", "warn"]);
    const root = project({
      "src/pages/b.ts": `${FLAG}export const GET = ({ request }) => new Response(request.headers.get("x"));`,
    });
    const { log: buildLog } = await buildProject(root);
    expect(buildLog.text()).toContain(
      "warn: src/pages/b.ts is prerendered: its request has no headers",
    );
  });

  // S-11
  it("accepts cookies, which lead nowhere", async () => {
    const source = `${FLAG}export const GET = ({ cookies }) => { cookies.set("a", "1"); return new Response("x", { headers: { "set-cookie": "b=1" } }); };`;
    const app = await built({ "src/pages/a.js": source });
    expect((await app.fetch("/a")).headers.getSetCookie()).toEqual([]);
    expect(app.buildLog.text()).toContain("/a of src/pages/a.js sets cookies: they are left out");
  });

  // S-12 C-11
  it("has no client, and no locale of one", async () => {
    const routes = {
      "address.ts": prerendered({ GET: ({ clientAddress }) => new Response(clientAddress) }),
      "locale.ts": prerendered({
        GET: ({ preferredLocale, preferredLocaleList, currentLocale, session }) =>
          Response.json([
            preferredLocale ?? null,
            preferredLocaleList,
            currentLocale,
            session ?? null,
          ]),
      }),
      "500.ts": {
        GET: untyped(
          ({ props }: { props: { error: Error } }) =>
            new Response(props.error.name, { status: 500 }),
        ),
      },
    };
    const app = await testApp(routes, { i18n: { locales: ["en", "de"], defaultLocale: "en" } });
    const facts = { clientAddress: "192.0.2.1" };
    const headers = { "accept-language": "de" };
    expect(await app.text("/address", {}, facts)).toBe("PrerenderClientAddressNotAvailable");
    expect(await app.json("/locale", { headers })).toEqual([null, [], "en", null]);
    const failure = await buildFailure({
      "src/pages/a.ts": `${FLAG}export const GET = ({ clientAddress }) => new Response(clientAddress);`,
    });
    expect((failure.cause as Error).name).toBe("PrerenderClientAddressNotAvailable");
  });

  // S-13
  it("with another method warns without a build, and is looked up as ever", async () => {
    const log = captureLog();
    const app = await testApp(
      {
        "a.ts": prerendered({ GET: () => new Response("got"), POST: () => new Response("posted") }),
        "b.ts": prerendered({ GET: () => new Response("got") }),
      },
      { logger: log.logger },
    );
    expect(await app.text("/a", { method: "POST" })).toBe("posted");
    expect(log.text()).toMatch(/warn: POST \/a: a\.ts is prerendered/);
    expect(await app.status("/b", { method: "POST" })).toBe(404);
    expect(await app.status("/a", { method: "HEAD" })).toBe(200);
  });

  // S-14
  it("passes the middleware once, in the build, and never again", async () => {
    const app = await built({
      "src/middleware.js": `
        let runs = 0;
        export const onRequest = async (context, next) => {
          runs++;
          const response = await next();
          response.headers.set("x-runs", runs + " " + context.isPrerendered);
          return response;
        };`,
      "src/pages/a.js": `${FLAG}export const GET = () => new Response("a");`,
      "src/pages/b.js": `export const GET = () => new Response("b");`,
    });
    const runs = async (path: string) => (await app.fetch(path)).headers.get("x-runs");
    expect([await runs("/a"), await runs("/a"), await runs("/a")]).toEqual([
      "1 true",
      "1 true",
      "1 true",
    ]);
    // The chain of the build is that very module here; in a host it is another process.
    expect(await runs("/b")).toBe("2 false");
    expect(await runs("/a")).toBe("1 true");
  });

  it("asks no host for locals, before a build and in it", async () => {
    const asked: string[] = [];
    const locals = ({ kind }: { kind: string }) => {
      asked.push(kind);
      return {};
    };
    const app = await testApp(
      {
        "a.ts": prerendered({ GET: () => new Response("a") }),
        "b.ts": { GET: () => new Response("b") },
      },
      { locals },
    );
    await app.fetch("/a");
    expect(asked).toEqual([]);
    await app.fetch("/b");
    expect(asked).toEqual(["fetch"]);
  });

  // S-15
  it("may be rewritten to another prerendered route", async () => {
    const app = await built({
      "src/pages/a.js": `${FLAG}export const GET = (context) => context.rewrite("/b/1");`,
      "src/pages/b/[id].js": `${FLAG}export const getStaticPaths = () => [{ params: { id: "1" }, props: { n: 7 } }];\nexport const GET = ({ params, props, isPrerendered }) => Response.json([params, props, isPrerendered]);`,
    });
    expect(await app.json("/a")).toEqual([{ id: "1" }, { n: 7 }, true]);
  });
});

describe("the guard against cross-site forms", () => {
  //
  it("does not ask about what is prerendered", async () => {
    const app = await testApp({ "a.ts": prerendered({ POST: () => new Response("posted") }) });
    const headers = { origin: "https://evil.example", "content-type": "text/plain" };
    expect(await app.status("/a", { method: "POST", body: "x", headers })).toBe(200);
  });
});

describe("routes that a build has prerendered", () => {
  const known = `${FLAG}export const getStaticPaths = () => [{ params: { id: "known" } }];\nexport const GET = () => new Response("prerendered");\nexport const POST = () => new Response("never");\n`;
  const rest = `export const ALL = ({ request, params }) => new Response(request.method + " " + params.rest);`;

  // S-42 R-74
  it("answer their own paths, and leave everything else to the route on demand", async () => {
    const app = await built({ "src/pages/mix/[id].js": known, "src/pages/mix/[...rest].js": rest });
    expect(await app.text("/mix/known")).toBe("prerendered");
    expect(await app.text("/mix/other")).toBe("GET other");
    expect(await (await app.fetch("/mix/known", { method: "POST" })).text()).toBe("POST known");
  });

  // S-44 R-74
  it("leave unknown params to nobody when there is no other route", async () => {
    const app = await built({ "src/pages/mix/[id].js": known });
    expect(await app.status("/mix/known")).toBe(200);
    expect(await app.status("/mix/other")).toBe(404);
    expect(await app.status("/mix/known", { method: "POST" })).toBe(404);
    // Another encoding of the value is the same path.
    expect(await app.status("/mix/%6Bnown")).toBe(200);
  });

  //
  it("of a fixed path leave other methods to the host, also beside a route that takes them", async () => {
    const app = await built({
      "src/pages/fixed.js": `${FLAG}export const GET = () => new Response("fixed");`,
      "src/pages/[...rest].js": rest,
    });
    expect(await app.text("/fixed")).toBe("fixed");
    expect(await app.status("/fixed", { method: "POST" })).toBe(404);
    expect(await app.text("/other")).toBe("GET other");
  });

  // S-40
  it("are served by the bridge", async () => {
    const app = await built({
      "src/pages/a.js": `${FLAG}export const GET = () => Response.json({ a: 1 }, { status: 203, headers: { "x-own": "1" } });`,
    });
    const answer = await app.fetch("/a");
    expect([
      answer.status,
      answer.headers.get("x-own"),
      answer.headers.get("content-type"),
    ]).toEqual([203, "1", "application/json"]);
    expect(await answer.json()).toEqual({ a: 1 });
  });

  // S-41
  it("have the type that the endpoint set, whatever the name; without one, that of the name", async () => {
    const app = await built({
      "src/pages/noext.js": `${FLAG}export const GET = () => new Response("<a/>", { headers: { "content-type": "application/xml" } });`,
      "src/pages/[...p].json.js": `${FLAG}export const getStaticPaths = () => [{ params: { p: undefined } }];\nexport const GET = () => Response.json(1);`,
      "src/pages/data.bin.js": `${FLAG}export const GET = () => new Response(new Uint8Array([0, 255]));`,
    });
    const type = async (path: string) => (await app.fetch(path)).headers.get("content-type");
    expect(await type("/noext")).toBe("application/xml");
    expect(await type("/.json")).toBe("application/json");
    expect(await type("/data.bin")).toBe("application/octet-stream");
  });

  // M-79
  it("may be what a rewrite leads to", async () => {
    const app = await built({
      "src/pages/static.js": `${FLAG}export const GET = () => new Response("made", { headers: { "x-own": "1" } });`,
      "src/pages/go.js": `export const GET = (context) => context.rewrite("/static");`,
      "src/pages/unknown.js": `export const GET = (context) => context.rewrite("/p/2");`,
      "src/pages/p/[id].js": `${FLAG}export const getStaticPaths = () => [{ params: { id: "1" } }];\nexport const GET = () => new Response("p");`,
      "src/middleware.js": `export const onRequest = async ({ url }, next) => next(url.pathname === "/next" ? "/p/1" : undefined);`,
      "src/pages/next.js": `export const GET = () => new Response("not me");`,
    });
    const answer = await app.fetch("/go", { headers: { "if-none-match": "*" } });
    expect([answer.status, await answer.text(), answer.headers.get("x-own")]).toEqual([
      200,
      "made",
      "1",
    ]);
    expect(await app.text("/next")).toBe("p");
    expect(await app.status("/unknown")).toBe(404);
  });

  // M-79
  it("may be what a rewrite leads to without a build as well", async () => {
    const app = await testApp({
      "p/[id].ts": {
        ...prerendered({ GET: ({ props, request }) => Response.json([props, request.url]) }),
        getStaticPaths: untyped(() => [{ params: { id: "1" }, props: { n: 1 } }]),
      },
      "go.ts": { GET: (context) => context.rewrite(`/p/${context.url.search.slice(1)}`) },
    });
    expect(await app.json("/go?1")).toEqual([{ n: 1 }, "http://localhost:4321/p/1"]);
    expect(await app.status("/go?2")).toBe(404);
  });

  // E-52
  it("may be the error files, which keep the status of the error", async () => {
    const app = await built({
      "src/pages/404.js": `${FLAG}export const GET = () => new Response("nothing here");`,
      "src/pages/500.js": `${FLAG}export const GET = () => new Response("broken", { status: 500 });`,
      "src/pages/fails.js": `export const GET = () => { throw new Error("no"); };`,
    });
    const missing = await app.fetch("/missing");
    expect([missing.status, await missing.text()]).toEqual([404, "nothing here"]);
    const failed = await app.fetch("/fails");
    expect([failed.status, await failed.text()]).toEqual([500, "broken"]);
    expect(await app.status("/404")).toBe(200);
  });

  // M-33
  it("and the 404 file among them, keep the middleware out of what has no route", async () => {
    const app = await built({
      "src/pages/404.js": `${FLAG}export const GET = () => new Response("nothing here");`,
      "src/middleware.js": `export const onRequest = async (context, next) => { const response = await next(); response.headers.set("x-ran", context.isPrerendered ? "build" : "request"); return response; };`,
    });
    const answer = await app.fetch("/missing");
    expect([answer.status, answer.headers.get("x-ran")]).toEqual([404, "build"]);
  });

  // S-28
  it("never are the configured redirects: those stay what they are", async () => {
    const app = await built(
      { "src/pages/a.js": `${FLAG}export const GET = () => new Response("a");` },
      { redirects: { "/old": "/a" } },
    );
    expect(app.result.prerendered).toBe(1);
    const answer = await app.fetch("/old", { redirect: "manual" });
    expect([answer.status, answer.headers.get("location")]).toEqual([301, "/a"]);
  });

  it("have slashes at their end as other routes", async () => {
    const files = {
      "src/pages/a.js": `${FLAG}export const GET = ({ url }) => new Response(url.pathname);`,
    };
    const root = project(files);
    await buildProject(root, { trailingSlash: "always" });
    const always = serve(root, { trailingSlash: "always" });
    expect(await always.text("/a/")).toBe("/a/");
    expect(await always.status("/a")).toBe(301);
    const ignore = serve(root, {});
    expect([await ignore.status("/a"), await ignore.status("/a/")]).toEqual([200, 200]);
    expect(existsSync(join(root, "dist/starbridge/manifest.mjs"))).toBe(true);
  });
});
