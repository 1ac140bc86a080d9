import { defineMiddleware, sequence } from "astro:middleware";
import { loginRequired } from "../shop/errors.ts";

/** Lets a client see which world answered; legacy says "legacy". */
const stamp = defineMiddleware(async (_context, next) => {
  const response = await next();
  response.headers.set("x-served-by", "new");
  return response;
});

/** Guards the pages of /api/account. Legacy routes do not come through here: they keep their own guard. */
const account = defineMiddleware(({ url, locals }, next) => {
  if (url.pathname.startsWith("/api/account/") && !locals.user) throw loginRequired();
  return next();
});

export const onRequest = sequence(stamp, account);
