// The shop on Express. Two lines make it a host of src/pages: the import, and app.use(pages).
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import express from "express";
import type { ErrorRequestHandler } from "express";
import session from "express-session";
import { starbridge } from "starbridge/express";
import { legacyRoutes } from "./legacy/express.ts";
import { notFound, toAnswer } from "./shop/errors.ts";
import { requireAdmin } from "./shop/session.ts";
import type { ShopSession } from "./shop/session.ts";

declare module "express-session" {
  interface SessionData extends ShopSession {}
}

const pages = starbridge({
  root: import.meta.dirname,
  locals: ({ req }) => ({ session: req.session, user: req.session.user }),
});

const answerError: ErrorRequestHandler = (error, _req, res, next) => {
  if (res.headersSent) return next(error);
  const { status, body } = toAnswer(error);
  if (status >= 500) console.error(error);
  res.status(status).json(body);
};

const app = express();
app.use(session({ secret: "an example, not a secret", resave: false, saveUninitialized: false }));
app.use("/api/admin", (req, _res, next) => {
  requireAdmin(req.session);
  next();
});
app.use(pages);
app.use(legacyRoutes());
app.use(() => {
  throw notFound();
});
app.use(answerError);

export async function startShop(port: number) {
  await pages.ready();
  const server = app.listen(port);
  await once(server, "listening");
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close();
      await pages.close();
    },
  };
}
