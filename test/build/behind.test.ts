// What a prerendered route is asked for and does not list goes to the route behind it, built or not: by the host's rule
// about slashes, and where a rewrite leads there.
import { createRequire } from "node:module";
import express5 from "express";
import fastify from "fastify";
import type { BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/express";
import plugin from "starbridge/fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { listener } from "../bridges/_listen.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { buildProject, built, project, serve } from "./_project.ts";
import { quietLogger } from "./_quiet-logger.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");
const FLAG = "export const prerender = true;\n";
const list = (name: string, ...values: string[]) =>
  `${FLAG}export const getStaticPaths = () => ${JSON.stringify(values)}.map((${name}) => ({ params: { ${name} } }));\n`;
const say = (word: string, name: string) =>
  `export const GET = ({ params }) => new Response("${word} " + params.${name});\n`;

const states = ["built", "not built"] as const;

/** A project, built or not, and what a bridge is to be told of it. */
async function prepare(
  files: Record<string, string>,
  state: (typeof states)[number],
): Promise<BridgeOptions & { root: string }> {
  const root = project(files);
  if (state === "built") await buildProject(root);
  const options = { root, dev: false, logger: quietLogger } as BridgeOptions & { root: string };
  return state === "built" ? options : { ...options, build: false };
}

describe("a strict host", () => {
  staysQuiet();
  const listen = listener();
  const files = {
    "src/pages/docs/[...slug].js": list("slug", "a/b") + say("made", "slug"),
    "src/pages/docs/[id].js": say("live", "id"),
  };
  type Get = (path: string) => Promise<Response>;
  const strictly = async (app: express5.Express, options: BridgeOptions): Promise<Get> => {
    app.enable("strict routing").use(starbridge(options));
    return (await listen(app)).get;
  };
  const hosts: Record<string, (options: BridgeOptions) => Promise<Get>> = {
    "express 4": (options) => strictly(express4(), options),
    "express 5": (options) => strictly(express5(), options),
    async fastify(options) {
      const app = fastify();
      onTestFinished(() => app.close());
      await app.register(plugin, options);
      await app.ready();
      return (await listen((req, res) => app.routing(req, res))).get;
    },
  };

  it.each(Object.keys(hosts).flatMap((name) => states.map((state) => [name, state] as const)))(
    "has no second choice with a slash that it would not take: %s, %s",
    async (name, state) => {
      const get = await (hosts[name] as (typeof hosts)[string])(await prepare(files, state));
      for (const [path, text] of [
        ["/docs/x/", undefined],
        ["/docs/x", "live x"],
        ["/docs/a/b", "made a/b"],
        ["/docs/a/b/", "made a/b"],
      ] as const) {
        const answer = await get(path);
        expect([path, answer.ok ? await answer.text() : undefined]).toEqual([path, text]);
      }
    },
  );
});

describe("a rewrite to a path that a prerendered route does not list", () => {
  staysQuiet();
  const go = `
    export const GET = (context) => context.rewrite("/d/" + context.url.searchParams.get("to"));
    export const POST = GET;`;
  const files = {
    "src/pages/d/[id].js": list("id", "a") + say("made", "id"),
    "src/pages/d/[...rest].js": list("rest", "b") + say("rest", "rest"),
    "src/pages/go.js": go,
    "src/middleware.js": `
      import { sequence } from "starbridge";
      const seen = async (context, next) => {
        const { routePattern, params, url } = context;
        const response = await next();
        response.headers.set("x-seen", [routePattern, JSON.stringify(params), url.pathname].join(" "));
        return response;
      };
      const move = ({ url }, next) => next(url.pathname === "/moved" ? "/d/" + url.searchParams.get("to") : undefined);
      export const onRequest = sequence(move, seen);`,
    "src/pages/moved.js": say("not moved", "x"),
  };
  const live = {
    "src/pages/d/[...tail].js": `
      export const ALL = ({ params, request }) => new Response(request.method + " live " + params.tail);`,
  };

  it.each(states)("asks the next one (%s)", async (state) => {
    const { root, build } = await prepare({ ...files, ...live }, state);
    const { fetch } = serve(root, { build: build ?? "dist/starbridge" });
    for (const way of ["go", "moved"]) {
      const ask = async (to: string, method = "GET") => {
        const answer = await fetch(`/${way}?to=${to}`, { method });
        return answer.ok ? await answer.text() : answer.status;
      };
      expect(await ask("a")).toBe("made a");
      expect(await ask("%62")).toBe("rest b");
      expect(await ask("c")).toBe("GET live c");
      if (way === "go") expect(await ask("a", "POST")).toBe("POST live a");
      expect(await ask("..%2Fnone")).toBe(404);
    }
  });

  it.each(states)("is a 404 when no route has it (%s)", async (state) => {
    const { root, build } = await prepare(files, state);
    const { status } = serve(root, { build: build ?? "dist/starbridge" });
    expect([await status("/go?to=c"), await status("/moved?to=c")]).toEqual([404, 404]);
  });

  it.each(states.flatMap((state) => [405, 404].map((status) => [state, status] as const)))(
    "is refused for a method that the route which lists it has not (%s, %i)",
    async (state, status) => {
      const { root, build } = await prepare(files, state);
      const methodMismatch = status === 405 ? "405" : "404";
      const app = serve(root, { build: build ?? "dist/starbridge", methodMismatch });
      const ask = async (to: string) => {
        const answer = await app.fetch(`/go?to=${to}`, { method: "POST" });
        return [answer.status, answer.headers.get("allow")];
      };
      const allow = status === 405 ? "GET, HEAD" : null;
      expect([await ask("a"), await ask("b")]).toEqual([
        [status, allow],
        [status, allow],
      ]);
      expect(await ask("c")).toEqual([404, null]);
    },
  );

  it("shows the middleware behind it where it leads, before it runs", async () => {
    const { root } = await prepare({ ...files, ...live }, "not built");
    const { fetch } = serve(root, { build: false });
    const seen = async (to: string) => (await fetch(`/moved?to=${to}`)).headers.get("x-seen");
    expect(await seen("a")).toBe('/d/[id] {"id":"a"} /d/a');
    expect(await seen("b")).toBe('/d/[...rest] {"rest":"b"} /d/b');
    expect(await seen("c")).toBe('/d/[...tail] {"tail":"c"} /d/c');
  });

  it("is rendered by the route that lists it when a prerendered page rewrites", async () => {
    const { text, buildLog } = await built({
      "src/pages/d/[id].js": files["src/pages/d/[id].js"],
      "src/pages/d/[...rest].js": files["src/pages/d/[...rest].js"],
      "src/pages/page.js": `${FLAG}export const GET = (context) => context.rewrite("/d/b");`,
    });
    expect(await text("/page")).toBe("rest b");
    expect(buildLog.text()).not.toContain("warn");
  });
});
