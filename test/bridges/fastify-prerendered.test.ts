// A prerendered route with parameters has the paths that were built, and no others: those are the host's, and Fastify
// must find the host's own route for them.
import { rmSync } from "node:fs";
import fastify from "fastify";
import type { FastifyInstance, FastifyServerOptions } from "fastify";
import type { BridgeOptions } from "starbridge";
import starbridge from "starbridge/fastify";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildProject, writeProject } from "../build/_project.ts";
import { staysQuiet } from "./_quiet.ts";

const made = (paths: string, name = "slug") => `
  export const prerender = true;
  export const getStaticPaths = () => ${paths}.map((value) => ({ params: { ${name}: value } }));
  export const GET = ({ params }) => new Response("made " + params.${name});`;
const onDemand = (name: string) => `
  export const GET = ({ params }) => new Response("on demand " + params.${name});`;
const silent = { info() {}, warn() {}, error() {} };

interface Setup {
  options?: BridgeOptions & { prefix?: string };
  server?: FastifyServerOptions;
  before?: (app: FastifyInstance) => void;
  behind?: (app: FastifyInstance) => void;
}

describe("a prerendered route with parameters on Fastify", () => {
  staysQuiet();
  const roots: string[] = [];
  const apps: FastifyInstance[] = [];
  let posts = "";
  let siblings = "";
  let plain = "";

  async function build(files: Record<string, string>): Promise<string> {
    const root = writeProject(files);
    roots.push(root);
    await buildProject(root);
    return root;
  }

  beforeAll(async () => {
    posts = await build({
      "src/pages/posts/[slug].js": made('["tea", "salt"]'),
      "src/pages/docs/[...path].js": made('["a/b", "c"]', "path"),
      "src/pages/about.js":
        'export const prerender = true;\nexport const GET = () => new Response("about");',
    });
    siblings = await build({
      "src/pages/posts/[slug].js": made('["tea"]'),
      "src/pages/posts/[any].js": made('["salt"]', "any"),
      "src/pages/posts/[zone].js": onDemand("zone"),
    });
    plain = await build({
      "src/pages/posts/[slug].js": onDemand("slug"),
      "src/pages/about.js":
        'export const prerender = true;\nexport const GET = () => new Response("about");',
    });
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app.close();
  });
  afterAll(() => {
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  });

  async function open(root: string, { options, server, before, behind }: Setup) {
    const app = fastify(server);
    apps.push(app);
    app.setNotFoundHandler((_request, reply) => reply.code(404).send("host 404"));
    before?.(app);
    await app.register(starbridge, { logger: silent, ...options, root, dev: false });
    behind?.(app);
    await app.ready();
    const ask = async (url: string, method: "GET" | "HEAD" | "POST" = "GET", headers = {}) => {
      const { statusCode, body } = await app.inject({ method, url, headers });
      return statusCode === 200 ? body : `${statusCode} ${body}`;
    };
    return { app, ask };
  }

  it.each(["/*", "/posts/*", "/posts/:x", "/:folder/:x"])(
    "leaves what was not built to the host's %s, declared behind it or before it",
    async (url) => {
      const legacy = (app: FastifyInstance) => void app.get(url, () => "legacy");
      for (const setup of [{ behind: legacy }, { before: legacy }]) {
        const { ask } = await open(posts, setup);
        expect(await ask("/posts/tea")).toBe("made tea");
        expect(await ask("/posts/salt?q=1")).toBe("made salt");
        expect(await ask("/posts/nope")).toBe("legacy");
        expect(await ask("/posts/te%61")).toBe("made tea");
        // Text has one spelling; a malformed one is Fastify's own affair.
        expect(await ask("/post%73/tea")).not.toContain("made");
        expect(await ask("/posts/%zz")).not.toContain("made");
      }
    },
  );

  it("leaves what was not built of a rest parameter to the host", async () => {
    const { ask } = await open(posts, { behind: (app) => app.get("/*", () => "legacy") });
    expect(await ask("/docs/c")).toBe("made c");
    expect(await ask("/docs")).toBe("legacy");
    expect(await ask("/docs/a/b")).toBe("made a/b");
    expect(await ask("/docs/a/c")).toBe("legacy");
    expect(await ask("/docs/a")).toBe("legacy");
  });

  it("ends in the host's not-found handler where the host has no route", async () => {
    const { ask } = await open(posts, {});
    expect(await ask("/posts/nope")).toBe("404 host 404");
    expect(await ask("/posts/tea")).toBe("made tea");
    expect(await ask("/about")).toBe("about");
  });

  it("answers HEAD like GET, and leaves other methods to the host", async () => {
    const { app, ask } = await open(posts, {
      behind: (host) => host.all("/*", (request) => `legacy ${request.method}`),
    });
    const head = await app.inject({ method: "HEAD", url: "/posts/tea" });
    expect([head.statusCode, head.headers["content-length"], head.body]).toEqual([200, "8", ""]);
    const unknown = await app.inject({ method: "HEAD", url: "/posts/nope" });
    expect([unknown.statusCode, unknown.headers.etag]).toEqual([200, undefined]);
    expect(await ask("/posts/tea", "POST")).toBe("legacy POST");
  });

  it("keeps its hooks, its pattern and its place in printRoutes()", async () => {
    const seen: unknown[] = [];
    const { app, ask } = await open(posts, {
      before: (host) => {
        host.addHook("onResponse", async ({ routeOptions: { url, config } }) => {
          seen.push([url, config.starbridge?.routePattern]);
        });
      },
      behind: (host) => host.get("/*", () => "legacy"),
    });
    await ask("/posts/tea");
    await ask("/posts/nope");
    expect(seen).toEqual([
      ["/posts/:slug", "/posts/[slug]"],
      ["/*", undefined],
    ]);
    const printed = app.printRoutes({ commonPrefix: false });
    expect(printed).toMatch(/:slug \(GET, HEAD\) .*"src\/pages\/posts\/\[slug\]\.js"/);
    expect(printed).toMatch(/about \(GET, HEAD\)\n/);
  });

  it("works below a prefix with parameters, and twice in one app", async () => {
    const { app, ask } = await open(posts, { options: { prefix: "/t/:tenant" } });
    expect(await ask("/t/acme/posts/tea")).toBe("made tea");
    expect(await ask("/t/acme/posts/nope")).toBe("404 host 404");
    const twice = fastify();
    apps.push(twice);
    for (const [prefix, root] of [
      ["/one", posts],
      ["/two", siblings],
    ]) {
      await twice.register(starbridge, { prefix, root, dev: false, logger: silent });
    }
    twice.get("/*", () => "legacy");
    const bodies = [];
    for (const url of [
      "/one/posts/salt",
      "/one/posts/nope",
      "/two/posts/salt",
      "/two/posts/nope",
    ]) {
      bodies.push((await twice.inject(url)).body);
    }
    expect(bodies).toEqual(["made salt", "legacy", "made salt", "on demand nope"]);
    expect(app.hasRoute({ method: "GET", url: "/posts/:slug" })).toBe(false);
  });

  it.each(["error", "pages", "legacy"] as const)(
    "stands beside files of the same shape, each named by its own route (onConflict %s)",
    async (onConflict) => {
      const seen: unknown[] = [];
      const { ask } = await open(siblings, {
        options: { onConflict },
        before: (host) => {
          host.addHook("onRequest", async ({ routeOptions }) => {
            seen.push(routeOptions.config.starbridge?.routePattern);
          });
        },
        behind: (host) => host.get("/*", () => "legacy"),
      });
      const bodies: string[] = [];
      for (const slug of ["tea", "salt", "nope"]) bodies.push(await ask(`/posts/${slug}`));
      // Each prerendered one has its own paths; behind them comes the one that runs on request.
      expect(bodies).toEqual(["made tea", "made salt", "on demand nope"]);
      expect(seen).toEqual(["/posts/[slug]", "/posts/[any]", "/posts/[zone]"]);
    },
  );

  it('gives way as a whole to a route of the host of the same shape under "legacy"', async () => {
    const legacy = (app: FastifyInstance) => void app.get("/posts/:x", () => "legacy");
    for (const setup of [{ behind: legacy }, { before: legacy }]) {
      const { ask } = await open(posts, { ...setup, options: { onConflict: "legacy" } });
      expect(await ask("/posts/tea")).toBe("legacy");
      expect(await ask("/docs/a/b")).toBe("made a/b");
    }
  });

  it('comes first under "pages", and what was not built is the host\'s', async () => {
    const legacy = (app: FastifyInstance) => void app.get("/posts/:x", () => "legacy");
    for (const setup of [{ behind: legacy }, { before: legacy }]) {
      const { ask } = await open(posts, { ...setup, options: { onConflict: "pages" } });
      expect(await ask("/posts/tea")).toBe("made tea");
      expect(await ask("/posts/nope")).toBe("legacy");
    }
  });

  it("leaves the host's own constraints and versions as they were", async () => {
    const tenant = (name: string) => ({
      name,
      storage: () => {
        const handlers = new Map<unknown, never>();
        return {
          get: (key: unknown) => handlers.get(key) ?? null,
          set: (key: unknown, handler: unknown) => void handlers.set(key, handler as never),
        };
      },
      deriveConstraint: (req: { headers: Record<string, unknown> }) => req.headers["x-tenant"],
      validate() {},
    });
    for (const name of ["tenant", "starbridge", "starbridgeOwner"]) {
      const { ask } = await open(posts, {
        options: { onConflict: "pages" },
        before: (app) => app.addConstraintStrategy(tenant(name) as never),
        behind: (app) => {
          app.get("/posts/:x", { constraints: { [name]: "acme" } }, () => "acme");
          app.get("/posts/:y", { constraints: { version: "1.2.0" } }, () => "version 1");
          app.get("/*", () => "legacy");
        },
      });
      expect(await ask("/posts/tea"), name).toBe("made tea");
      expect(await ask("/posts/nope"), name).toBe("legacy");
      expect(await ask("/posts/nope", "GET", { "x-tenant": "acme" }), name).toBe("acme");
      expect(await ask("/posts/tea", "GET", { "accept-version": "1.x" }), name).toBe("version 1");
      expect(await ask("/posts/nope", "GET", { "accept-version": "1.x" }), name).toBe("version 1");
    }
  });

  it("asks nothing of the router of a host without such a route", async () => {
    const strategies = async (root: string): Promise<string[]> => {
      const added: string[] = [];
      await open(root, {
        before: (app) => {
          const add = app.addConstraintStrategy.bind(app);
          app.addConstraintStrategy = (strategy) => {
            added.push(strategy.name);
            add(strategy);
          };
        },
      });
      return added;
    };
    expect(await strategies(plain)).toEqual([]);
    expect(await strategies(posts)).toHaveLength(1);
  });
});
