import { defineMiddleware } from "astro:middleware";

export const onRequest = defineMiddleware(({ locals }, next) =>
  locals.customer ? next() : new Response("Who are you?", { status: 401 }),
);
