// Express 4 and 5: guards and routers around the bridge, or around nothing.
import { createRequire } from "node:module";
import express5 from "express";
import type { Express, NextFunction, Request, RequestHandler, Response, Router } from "express";
import { starbridge } from "starbridge/express";
import { guardedPaths, marks } from "./_guards.ts";
import { LEGACY, answerError, bodyOf, listen } from "./_legacy.ts";
import type { Running } from "./_legacy.ts";
import { optionsOf } from "./_pages.ts";
import type { Setup } from "./_setup.ts";
import { encodeText } from "./_tables.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

/** Starts a setup, with the bridge or without it. */
export async function startExpress(setup: Setup, isBridged: boolean): Promise<Running> {
  const { mount, table, flags, misread } = setup;
  const express = setup.host === "express 4" ? express4 : express5;
  const app = express();
  for (const [flag, isOn] of Object.entries(flags)) app.set(flag, isOn);
  app.set("trust proxy", setup.trustsProxy);
  if (setup.parsesBodies) app.use(express.json());
  for (const area of table.areas) app.use(mount.path + encodeText(area), marks(`use ${area}`));
  for (const path of guardedPaths(setup)) {
    app.all(mount.path + encodeText(path), marks(`exact ${path}`));
  }
  if (isBridged && misread) {
    app.use((req, _res, next) => {
      const url = misread(req.url, req.headers);
      if (url === undefined) return;
      req.url = url;
      req.originalUrl = url;
      next();
    });
  }
  const bridge = isBridged ? starbridge(optionsOf(setup)) : undefined;
  await bridge?.ready();
  // Without the bridge something that does nothing stands in its place: what a mount does to `req.url` is Express's own.
  mountBridge(app, setup, express, bridge ?? ((_req, _res, next) => next()));
  for (const [method, path] of LEGACY) {
    app[method.toLowerCase() as "get"](path, (req, res, next) => {
      tell(req, `${method} ${path}`).then((facts) => res.json(facts), next);
    });
  }
  app.use((req, res) => {
    res.status(404).send(`host 404 ${req.method} ${req.url} ${req.originalUrl} ${req.baseUrl}`);
  });
  app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
    answerError(error, res);
  });
  return await listen(app, async () => await bridge?.close());
}

/** The guards named `inner` and the bridge, in what the mount is made of. */
function mountBridge(
  app: Express,
  { mount: { kind, parts }, table, flags }: Setup,
  express: typeof express5,
  bridge: RequestHandler,
): void {
  const content: [string, RequestHandler][] = table.areas.map((area) => [
    encodeText(area),
    marks(`inner ${area}`),
  ]);
  content.push(["/", bridge]);
  if (kind === "app") {
    // Together under one mount, as `app.use("/mnt", guard, bridge)` has them.
    const [path = ""] = parts;
    for (const [below, handler] of content)
      app.use(path + (below === "/" ? "" : below) || "/", handler);
    return;
  }
  let inner: Router = app;
  for (const part of parts) {
    const next =
      kind === "sub-app"
        ? express()
        : express.Router({
            mergeParams: true,
            strict: flags["strict routing"],
            caseSensitive: flags["case sensitive routing"],
          });
    inner.use(part, next);
    inner = next;
  }
  for (const [path, handler] of content) inner.use(path, handler);
}

async function tell(req: Request, route: string): Promise<object> {
  const { url, originalUrl, baseUrl, params, protocol, hostname, ip } = req;
  return {
    route,
    url,
    originalUrl,
    baseUrl,
    params,
    protocol,
    hostname,
    ip,
    body: await bodyOf(req),
  };
}
