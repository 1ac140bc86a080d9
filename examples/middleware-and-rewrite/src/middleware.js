import { defineMiddleware, sequence } from "astro:middleware";

const timing = defineMiddleware(async (_context, next) => {
  const start = performance.now();
  const response = await next();
  response.headers.append("server-timing", `pages;dur=${(performance.now() - start).toFixed(1)}`);
  return response;
});

const guard = defineMiddleware(({ url, locals }, next) => {
  if (url.pathname.startsWith("/admin/") && locals.visitor !== "boss") {
    return new Response("Not for you.\n", { status: 403 });
  }
  return next();
});

/** Who has the cookie gets the new answer under the old URL. */
const beta = defineMiddleware(({ cookies, params, routePattern }, next) =>
  routePattern === "/items/[id]" && cookies.has("beta") ? next(`/beta/${params.id}`) : next(),
);

export const onRequest = sequence(timing, guard, beta);
