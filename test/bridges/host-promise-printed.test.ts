// What an app of Fastify prints of itself: with a bridge that has no files its own routes only, and one plugin more.
import type { FastifyInstance } from "fastify";
import { describe, expect, it } from "vitest";
import type { Front } from "./_host-promise.ts";
import { startFastifyScenario } from "./_host-promise-fastify.ts";
import { staysQuiet } from "./_quiet.ts";

interface Printed {
  /** `printRoutes()`, in each of its forms. */
  routes: string[];
  /** One line for each path. */
  paths: string[];
  /** The names that `printPlugins()` shows, in their order. */
  plugins: string[];
}

async function printed(front: Front): Promise<Printed> {
  let host: FastifyInstance | undefined;
  const up = await startFastifyScenario(
    {
      build({ app }) {
        host = app();
        host.addHook("onRequest", async function rootHook() {});
        host.get("/one", async () => "one");
        host.route({ method: ["PUT", "POST"], url: "/one/:id", handler: async () => "two" });
        host.get("/files/*", { constraints: { version: "1.0.0" } }, async () => "files");
        void host.register(
          async function inner(scope) {
            scope.addHook("preHandler", async function innerHook() {});
            scope.delete("/:id", async () => "three");
          },
          { prefix: "/in" },
        );
        return host;
      },
    },
    front,
  );
  try {
    if (host === undefined) throw new Error("No app was built.");
    const flat = host.printRoutes({ commonPrefix: false });
    const names = linesOf(host.printPlugins()).map((line) => line.replace(/ -?\d+ ms$/, ""));
    return {
      routes: [
        host.printRoutes(),
        flat,
        host.printRoutes({ commonPrefix: false, includeHooks: true, includeMeta: true }),
        host.printRoutes({ method: "GET" }),
      ],
      paths: linesOf(flat),
      plugins: names,
    };
  } finally {
    await up.stop();
  }
}

/** Lines without the branches that are drawn in front of them. */
function linesOf(tree: string): string[] {
  return tree
    .split("\n")
    .map((line) => line.replace(/^[\s│├└┬─]+/, ""))
    .filter((line) => line !== "");
}

const isOurs = (name: string): boolean => name.startsWith("starbridge");

/** Fastify's name for the step that adds a route. */
const isRoute = (name: string): boolean => name === "bound _after";

describe("with a bridge in front, fastify still prints", () => {
  staysQuiet();

  it("its routes and plugins, and one plugin of a bridge that has no files", async () => {
    const alone = await printed("nothing");
    const { routes, plugins } = await printed("an empty bridge");
    expect(alone.paths).toContain("/one (GET, HEAD)");
    expect(alone.plugins).toContain("inner");
    expect(routes).toEqual(alone.routes);
    expect(plugins.filter(isOurs)).toEqual(["starbridge"]);
    expect(plugins.filter((name) => !isOurs(name))).toEqual(alone.plugins);
  });

  it("each of its routes as before, beside those of files", async () => {
    const alone = await printed("nothing");
    const { paths, plugins } = await printed("a bridge of other files");
    expect(paths).toEqual(expect.arrayContaining(alone.paths));
    expect(paths.length).toBeGreaterThan(alone.paths.length);
    expect(plugins.filter(isOurs)).toEqual(["starbridge", "starbridgePages"]);
    expect(plugins.filter((name) => !isOurs(name) && !isRoute(name))).toEqual(
      alone.plugins.filter((name) => !isRoute(name)),
    );
  });
});
