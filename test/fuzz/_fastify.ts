// Fastify: the bridge as its plugin or under middie, or neither; guards as hooks, each with another idea of the path.
import middie from "@fastify/middie";
import fastify from "fastify";
import type { FastifyInstance, FastifyRequest, HTTPMethods } from "fastify";
import { starbridge as connectBridge } from "starbridge/connect";
import { starbridge } from "starbridge/fastify";
import { mark, marks } from "./_guards.ts";
import { LEGACY, answerError, portOf } from "./_legacy.ts";
import type { Running } from "./_legacy.ts";
import { optionsOf } from "./_pages.ts";
import type { Setup } from "./_setup.ts";
import { encodeText, isInside } from "./_tables.ts";

/** Starts a setup, with the bridge or without it. */
export async function startFastify(setup: Setup, isBridged: boolean): Promise<Running> {
  const { mount, flags, misread } = setup;
  const app = fastify({
    routerOptions: flags,
    trustProxy: setup.trustsProxy,
    forceCloseConnections: true,
    rewriteUrl: ({ url = "", headers }) => (isBridged && misread?.(url, headers)) || url,
  });
  addHooks(app, setup);
  app.setErrorHandler((error, _request, reply) => {
    reply.hijack();
    answerError(error, reply.raw);
  });
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send(`host 404 ${request.method} ${request.url} ${request.originalUrl}`),
  );
  for (const [method, url] of LEGACY) {
    app.route({
      method: method as HTTPMethods,
      url,
      handler: ({ url: seen, params, body, host, protocol, ip, query }) => {
        return { method, url, seen, params, body, host, protocol, ip, query };
      },
    });
  }
  if (setup.host === "middie") await mountMiddie(app, setup, isBridged);
  else if (isBridged) {
    const [first = "", second] = mount.parts;
    if (second === undefined) {
      await app.register(starbridge, { ...optionsOf(setup), prefix: first });
    } else {
      const nested = async (scope: FastifyInstance): Promise<void> => {
        await scope.register(starbridge, { ...optionsOf(setup), prefix: second });
      };
      await app.register(nested, { prefix: first });
    }
  }
  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: portOf(app.server), stop: () => app.close() };
}

/** Guards as hooks: by the raw target, by what `URL` makes of it, by the route that Fastify found. */
function addHooks(app: FastifyInstance, { host, mount, table, flags }: Setup): void {
  const prefix = mount.path.replace(/:\w+/g, "[^/]+");
  // A mount path in another case is the host's own when its router takes it, and middie takes it always.
  const isCaseFree = host === "middie" || flags.caseSensitive === false;
  const mounted = new RegExp(`^${prefix}(?=/|$)`, isCaseFree ? "i" : "");
  const inArea = (path: string, area: string): boolean =>
    mounted.test(path) && isInside(path.replace(mounted, ""), encodeText(area));
  app.addHook("onRequest", async (request, reply) => {
    for (const area of table.areas) {
      if (inArea(rawPath(request, flags), area)) mark(reply.raw, `hook ${area}`);
      if (host === "middie") continue;
      if (inArea(parsedPath(request, flags), area)) mark(reply.raw, `url ${area}`);
      const { routePattern } = request.routeOptions.config.starbridge ?? {};
      // A header of its own: without the bridge there is no such route, and nothing to compare.
      if (routePattern !== undefined && isInside(routePattern, area)) {
        mark(reply.raw, `route ${area}`, "x-route-guards");
      }
    }
  });
}

/** Up to the query, and no further: a guard as most people write it, on a host whose options they know. */
function rawPath({ originalUrl }: FastifyRequest, flags: Setup["flags"]): string {
  return originalUrl.split(flags.useSemicolonDelimiter ? /[?;]/ : "?", 1)[0] ?? "";
}

function parsedPath(request: FastifyRequest, flags: Setup["flags"]): string {
  try {
    return new URL(rawPath(request, flags), "http://guard.test").pathname;
  } catch {
    return "";
  }
}

async function mountMiddie(app: FastifyInstance, setup: Setup, isBridged: boolean): Promise<void> {
  const { mount, table } = setup;
  await app.register(middie);
  for (const area of table.areas) app.use(mount.path + area, marks(`use ${area}`));
  const bridge = isBridged ? connectBridge(optionsOf(setup)) : undefined;
  await bridge?.ready();
  app.addHook("onClose", async () => await bridge?.close());
  // Without the bridge something that does nothing stands in its place: what a mount does to `req.url` is middie's own.
  const handler = bridge ?? ((_req: unknown, _res: unknown, next: () => void) => next());
  if (mount.path === "") app.use(handler);
  else app.use(mount.path, handler);
}
