// Where nothing was built, a routes map for one, `getStaticPaths` tells at run time which paths are ours: the rest is the
// host's own, as with a build.
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { APIContext, BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { afterEach, describe, expect, it } from "vitest";
import { staysQuiet } from "./_quiet.ts";

const silent = { info() {}, warn() {}, error() {} };

describe("a prerendered route with parameters on Fastify, without a build", () => {
  staysQuiet();
  const apps: FastifyInstance[] = [];
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });

  const module = (getStaticPaths: () => unknown) => ({
    prerender: true,
    getStaticPaths,
    GET: ({ params }: APIContext) => new Response(`made ${params.slug}`),
  });

  async function openMap(routes: Record<string, unknown>, onRouted = () => {}) {
    const app = fastify();
    apps.push(app);
    app.addHook("onRequest", async () => onRouted());
    await app.register(starbridge, { logger: silent, routes: routes as BridgeOptions["routes"] });
    app.get("/posts/:x", () => "legacy");
    return async (slug: string) => {
      const { statusCode, body } = await app.inject(`/posts/${slug}`);
      return statusCode === 200 ? body : statusCode;
    };
  }

  it.each(["given", "lazy"])(
    "leaves what getStaticPaths does not give to the host (%s)",
    async (kind) => {
      const post = module(() => [{ params: { slug: "tea" } }]);
      const ask = await openMap({ "posts/[slug].ts": kind === "lazy" ? async () => post : post });
      expect([await ask("tea"), await ask("nope"), await ask("tea")]).toEqual([
        "made tea",
        "legacy",
        "made tea",
      ]);
    },
  );

  it("keeps every path while getStaticPaths has not answered, and tells what it throws", async () => {
    let answer = (_paths: unknown): void => {};
    const listing = new Promise((done) => {
      answer = done;
    });
    const ask = await openMap({ "posts/[slug].ts": module(() => listing) }, () =>
      answer([{ params: { slug: "tea" } }]),
    );
    expect(await ask("nope")).toBe(404);
    expect([await ask("nope"), await ask("tea")]).toEqual(["legacy", "made tea"]);
    const failing = await openMap({
      "posts/[slug].ts": module(() => {
        throw new Error("no list");
      }),
    });
    expect(await failing("tea")).toBe(500);
  });
});
