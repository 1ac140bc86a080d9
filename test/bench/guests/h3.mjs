// h3 with its own router and middleware.
import { getCookie, H3, readBody, setCookie } from "h3";
import { toNodeHandler } from "h3/node";
import { hello } from "../payloads.mjs";
import { bytesType, chunksBody, megabyteBody, streamBody, textType } from "./web.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ scenario }) {
  const app = new H3();
  routes[scenario.route](app, scenario);
  return { handler: toNodeHandler(app) };
}

const routes = {
  json: (app) => app.get("/api/hello", () => hello()),
  params(app, { routes: count }) {
    for (let section = 0; section < count; section++) {
      app.get(`/section-${section}/:user/posts/:post`, ({ context: { params } }) => ({
        section,
        user: params.user,
        post: params.post,
      }));
    }
  },
  middleware(app) {
    app.use((event) => {
      event.res.headers.set("x-served-by", "bench");
    });
    app.use((event) => {
      event.context.user = getCookie(event, "session") ?? "nobody";
    });
    app.use((event) => {
      setCookie(event, "seen", "1", { path: "/", httpOnly: true });
    });
    app.get("/api/hello", ({ context: { user } }) => ({ ...hello(), user }));
  },
  echo: (app) => app.post("/api/echo", (event) => readBody(event)),
  buffer: (app) =>
    app.get("/api/buffer", () => new Response(megabyteBody(), { headers: bytesType })),
  stream: (app) => app.get("/api/stream", () => new Response(streamBody(), { headers: bytesType })),
  chunks: (app) => app.get("/api/chunks", () => new Response(chunksBody(), { headers: textType })),
};
