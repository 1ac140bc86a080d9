// The old API on Express: what has not become a file under src/pages yet.
import express, { Router } from "express";
import type { RequestHandler } from "express";
import multer from "multer";
import { addToCart } from "../shop/cart.ts";
import { addProduct } from "../shop/catalog.ts";
import { countOf, newsEvents } from "../shop/events.ts";
import { invoice, placeOrder, stats, updateOrder } from "../shop/orders.ts";
import { checkLogin, requireAdmin, requireUser } from "../shop/session.ts";
import { checkSignature } from "../shop/signature.ts";
import { saveUpload, uploadLimit } from "../shop/uploads.ts";

const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: uploadLimit } });
const adminOnly: RequestHandler = (req, _res, next) => {
  requireAdmin(req.session);
  next();
};

export function legacyRoutes(): Router {
  const legacy = Router();
  legacy.use((_req, res, next) => {
    res.set("x-served-by", "legacy");
    next();
  });

  // Above the JSON parser: the signature covers the raw bytes.
  legacy.post("/api/webhooks/payment", express.raw({ type: () => true }), (req, res) => {
    checkSignature(req.body, req.get("x-shop-signature"));
    res.json(updateOrder(String(req.body)));
  });
  legacy.use(express.json(), express.urlencoded({ extended: false }));

  legacy.get("/health", (_req, res) => {
    res.json({ status: "ok" });
  });
  legacy.post("/api/login", (req, res, next) => {
    const user = checkLogin(req.body);
    const { cart } = req.session;
    req.session.regenerate((error) => {
      if (error) return next(error);
      Object.assign(req.session, { user, cart });
      res.json(user);
    });
  });
  legacy.post("/api/logout", (req, res, next) => {
    req.session.destroy((error) => (error ? next(error) : res.status(204).end()));
  });
  legacy.post("/api/products", adminOnly, (req, res) => {
    res.status(201).json(addProduct(req.body));
  });
  legacy.post("/api/cart/items", (req, res) => {
    res.status(201).json(addToCart(req.session, req.body));
  });
  legacy.delete("/api/cart", (req, res) => {
    req.session.cart = {};
    res.status(204).end();
  });
  legacy.post("/api/checkout", (req, res) => {
    res.status(201).json(placeOrder(req.session));
  });
  legacy.post("/api/uploads", upload.single("file"), (req, res) => {
    res.status(201).json(saveUpload(req.file?.originalname, req.file?.buffer));
  });
  legacy.get("/api/account/orders/:id/invoice", (req, res) => {
    const text = invoice(requireUser(req.session).email, req.params.id);
    res.set("content-disposition", `attachment; filename="invoice-${req.params.id}.txt"`);
    res.type("text/plain").send(text);
  });
  legacy.get("/api/admin/stats", (_req, res) => {
    res.json(stats());
  });
  legacy.get("/api/news/events", async (req, res) => {
    res.set({ "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    for await (const event of newsEvents(countOf(req.query.count), gone.signal)) res.write(event);
    res.end();
  });
  return legacy;
}
