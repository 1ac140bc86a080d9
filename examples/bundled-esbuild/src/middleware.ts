import { defineMiddleware } from "astro:middleware";

export const onRequest = defineMiddleware(async ({ routePattern }, next) => {
  const response = await next();
  response.headers.set("x-route", routePattern);
  return response;
});
