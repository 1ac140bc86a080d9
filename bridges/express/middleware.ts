// The bridge for Express 4 and 5: looks the path up first, and touches nothing of a request that is not ours.
import type { NextFunction, Request as ExpressRequest, Response as ExpressResponse } from "express";
import type { App } from "../../lib/app.ts";
import { createApp } from "../../lib/app.ts";
import type { Place } from "../../lib/node/incoming.ts";
import type { RouteMatch } from "../../lib/routes/match.ts";
import type { BridgeOptions } from "../../lib/types.ts";
import type { Guest } from "../serve.ts";
import { closeGuest, createGuest, serve } from "../serve.ts";
import type { ExpressHost } from "./host.ts";
import { ExpressIncoming, placeOf } from "./host.ts";
import { showRoute } from "./route.ts";

/** What `app.use()` takes, and two promises. */
export interface ExpressBridge {
  (req: ExpressRequest, res: ExpressResponse, next: NextFunction): void;
  /** Resolves when routes and middleware are loaded. @throws BridgeError why they are not. */
  ready(): Promise<void>;
  /** Lets short requests finish, ends open streams after a second, then resolves. */
  close(): Promise<void>;
}

/**
 * Mounts `src/pages` and `src/middleware` in an Express 4 or 5 app.
 *
 * Loading starts at once; requests wait for it. When it fails, `ready()` rejects and requests end in the app's
 * error handler with the same error.
 *
 * @param options See `BridgeOptions`.
 * @example
 * app.use(starbridge({ root: import.meta.dirname }));
 */
export function starbridge(options: BridgeOptions<ExpressHost> = {}): ExpressBridge {
  const app = createApp(options, { dev: process.env.NODE_ENV !== "production" });
  const guest = createGuest(app);
  return Object.assign(
    function bridge(req: ExpressRequest, res: ExpressResponse, next: NextFunction): void {
      if (app.isReady) handle(guest, req, res, next);
      else
        app
          .ready()
          .then(() => handle(guest, req, res, next))
          .catch(next);
    },
    { ready: () => app.ready(), close: () => closeGuest(guest) },
  );
}

function handle(guest: Guest, req: ExpressRequest, res: ExpressResponse, next: NextFunction): void {
  const place = placeOf(req);
  const match = place && guest.app.match(req.method, place.pathname, strictnessOf(req, place));
  if (place === undefined || match === undefined) {
    next();
    return;
  }
  const incoming = new ExpressIncoming(req, res, place, guest.app.bodySizeLimit);
  answer(guest, req, incoming, match, next);
}

function answer(
  guest: Guest,
  req: ExpressRequest,
  incoming: ExpressIncoming,
  match: RouteMatch<App["routes"][number]["target"]>,
  next: NextFunction,
): void {
  const hideRoute = showRoute(req, match.route.pattern, guest.app.config.root);
  const pass = (): void => {
    hideRoute();
    next();
  };
  // serve() never rejects by itself; what rejects here is the host's own next().
  serve(guest, incoming, () => guest.app.handle(incoming, match), pass, next);
}

/** A legacy `/users` answers `/users/` too, unless the app is strict: so do we. */
function strictnessOf(req: ExpressRequest, { pathname }: Place): "ignore" | "strict" {
  // Only a slash at the end makes a difference; the setting costs a walk through all apps above.
  if (!pathname.endsWith("/")) return "ignore";
  return req.app?.enabled?.("strict routing") ? "strict" : "ignore";
}
