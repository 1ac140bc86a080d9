// The old API on Fastify: what has not become a file under src/pages yet.
import { Readable } from "node:stream";
import formbody from "@fastify/formbody";
import multipart from "@fastify/multipart";
import type { FastifyPluginAsync } from "fastify";
import { addToCart } from "../shop/cart.ts";
import { addProduct } from "../shop/catalog.ts";
import { countOf, newsEvents } from "../shop/events.ts";
import { invoice, placeOrder, stats, updateOrder } from "../shop/orders.ts";
import { checkLogin, requireAdmin, requireUser } from "../shop/session.ts";
import { checkSignature } from "../shop/signature.ts";
import { saveUpload, uploadLimit } from "../shop/uploads.ts";

export const legacyRoutes: FastifyPluginAsync = async (legacy) => {
  legacy.addHook("onRequest", async (_request, reply) => {
    reply.header("x-served-by", "legacy");
  });
  await legacy.register(formbody);
  await legacy.register(multipart, { limits: { fileSize: uploadLimit } });

  legacy.get("/health", async () => ({ status: "ok" }));
  legacy.post("/api/login", async (request) => {
    const user = checkLogin(request.body);
    const { cart } = request.session;
    await request.session.regenerate();
    Object.assign(request.session, { user, cart });
    return user;
  });
  legacy.post("/api/logout", async (request, reply) => {
    await request.session.destroy();
    return reply.code(204).send();
  });
  legacy.post("/api/products", async (request, reply) => {
    requireAdmin(request.session);
    return reply.code(201).send(addProduct(request.body));
  });
  legacy.post("/api/cart/items", async (request, reply) =>
    reply.code(201).send(addToCart(request.session, request.body)),
  );
  legacy.delete("/api/cart", async (request, reply) => {
    request.session.cart = {};
    return reply.code(204).send();
  });
  legacy.post("/api/checkout", async (request, reply) =>
    reply.code(201).send(placeOrder(request.session)),
  );
  legacy.post("/api/uploads", async (request, reply) => {
    const file = await request.file();
    return reply.code(201).send(saveUpload(file?.filename, await file?.toBuffer()));
  });
  legacy.get<{ Params: { id: string } }>(
    "/api/account/orders/:id/invoice",
    async (request, reply) => {
      const { id } = request.params;
      const text = invoice(requireUser(request.session).email, id);
      return reply
        .header("content-disposition", `attachment; filename="invoice-${id}.txt"`)
        .type("text/plain; charset=utf-8")
        .send(text);
    },
  );
  legacy.get("/api/admin/stats", async () => stats());
  legacy.get<{ Querystring: { count?: string } }>("/api/news/events", async (request, reply) =>
    reply
      .headers({ "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" })
      .send(Readable.from(newsEvents(countOf(request.query.count), request.signal))),
  );

  // A scope of its own: the signature covers the raw bytes.
  await legacy.register(async (webhooks) => {
    webhooks.removeAllContentTypeParsers();
    webhooks.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    webhooks.post<{ Body: Buffer }>("/api/webhooks/payment", async (request) => {
      checkSignature(request.body, String(request.headers["x-shop-signature"]));
      return updateOrder(String(request.body));
    });
  });
};
