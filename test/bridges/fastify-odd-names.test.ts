// The route that Fastify shows to hooks and metrics is that of the file that answers, whatever the file is called.
import Fastify from "fastify";
import { starbridge } from "starbridge/fastify";
import { expect, it, onTestFinished } from "vitest";

const names = ["sp ace", "a{b}", "q^w", "x|y"];

it.each([
  ["/sp%20ace/a.b/e", "/sp ace/[p]/[id]"],
  ["/a%7Bb%7D/a.b/e", "/a{b}/[p]/[id]"],
  ["/a%7bb%7d/a.b/e", "/a{b}/[p]/[id]"],
  ["/a{b}/a.b/e", "/a{b}/[p]/[id]"],
  ["/q%5Ew/a.b/e", "/q^w/[p]/[id]"],
  ["/x%7Cy/a.b/e", "/x|y/[p]/[id]"],
  ["/other/a.b/e", "/[p]/a.b/[...rest]"],
])("%s is shown as %s, which answers it", async (path, pattern) => {
  const app = Fastify();
  onTestFinished(() => app.close());
  const shown: unknown[] = [];
  app.addHook("onRequest", async ({ routeOptions }) => {
    shown.push(routeOptions.config.starbridge?.routePattern);
  });
  const GET = (context: { routePattern: string }): Response => new Response(context.routePattern);
  const files = names.map((name) => `${name}/[p]/[id].ts`);
  const routes = Object.fromEntries([...files, "[p]/a.b/[...rest].ts"].map((f) => [f, { GET }]));
  await app.register(starbridge, { prefix: "/mnt", routes });
  const { body } = await app.inject(`/mnt${path}`);
  expect([body, ...shown]).toEqual([pattern, pattern]);
});
