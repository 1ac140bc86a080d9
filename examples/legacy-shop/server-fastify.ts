// The shop on Fastify. Two lines make it a host of src/pages: the import, and the first register().
import type { AddressInfo } from "node:net";
import cookie from "@fastify/cookie";
import session from "@fastify/session";
import Fastify from "fastify";
import starbridge from "starbridge/fastify";
import { legacyRoutes } from "./legacy/fastify.ts";
import { notFound, toAnswer } from "./shop/errors.ts";
import { requireAdmin } from "./shop/session.ts";
import type { ShopSession } from "./shop/session.ts";

declare module "fastify" {
  interface Session extends ShopSession {}
}

export async function startShop(port: number) {
  const app = Fastify();
  await app.register(cookie);
  await app.register(session, {
    secret: "an example, not a secret, of 32 letters",
    cookie: { secure: false },
    saveUninitialized: false,
  });
  // The route's own pattern, not the raw URL, which has more than one spelling.
  app.addHook("onRequest", async ({ routeOptions, session }) => {
    if (routeOptions.url?.startsWith("/api/admin/")) requireAdmin(session);
  });
  app.setNotFoundHandler(() => {
    throw notFound();
  });
  app.setErrorHandler((error, _request, reply) => {
    const { status, body } = toAnswer(error);
    if (status >= 500) console.error(error);
    return reply.code(status).send(body);
  });

  await app.register(starbridge, {
    root: import.meta.dirname,
    locals: ({ request }) => ({ session: request.session, user: request.session.user }),
  });
  await app.register(legacyRoutes);

  await app.listen({ port });
  const { port: taken } = app.server.address() as AddressInfo;
  return { url: `http://localhost:${taken}`, close: () => app.close() };
}
