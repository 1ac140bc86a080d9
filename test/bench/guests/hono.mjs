// Hono with its own router and middleware. Its adapter replaces the global Request and Response, as it does by default.
import { getRequestListener } from "@hono/node-server";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { hello } from "../payloads.mjs";
import { bytesType, chunksBody, megabyteBody, streamBody, textType } from "./web.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ scenario }) {
  const app = new Hono();
  routes[scenario.route](app, scenario);
  return { handler: getRequestListener(app.fetch) };
}

const routes = {
  json: (app) => app.get("/api/hello", (context) => context.json(hello())),
  params(app, { routes: count }) {
    for (let section = 0; section < count; section++) {
      app.get(`/section-${section}/:user/posts/:post`, (context) => {
        const { user, post } = context.req.param();
        return context.json({ section, user, post });
      });
    }
  },
  middleware(app) {
    app.use(async (context, next) => {
      await next();
      context.header("x-served-by", "bench");
    });
    app.use((context, next) => {
      context.set("user", getCookie(context, "session") ?? "nobody");
      return next();
    });
    app.use((context, next) => {
      setCookie(context, "seen", "1", { path: "/", httpOnly: true });
      return next();
    });
    app.get("/api/hello", (context) => context.json({ ...hello(), user: context.get("user") }));
  },
  echo: (app) => app.post("/api/echo", async (context) => context.json(await context.req.json())),
  buffer: (app) =>
    app.get("/api/buffer", (context) => context.body(megabyteBody(), 200, bytesType)),
  stream: (app) => app.get("/api/stream", (context) => context.body(streamBody(), 200, bytesType)),
  chunks: (app) => app.get("/api/chunks", (context) => context.body(chunksBody(), 200, textType)),
};
