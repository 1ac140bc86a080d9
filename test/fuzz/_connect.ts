// connect: guards and nested apps around the bridge, or around nothing.
import connect from "connect";
import type { IncomingMessage, ServerResponse } from "node:http";
import { starbridge } from "starbridge/connect";
import { marks } from "./_guards.ts";
import { answerError, answerLegacy, listen } from "./_legacy.ts";
import type { Running } from "./_legacy.ts";
import { optionsOf } from "./_pages.ts";
import type { Setup } from "./_setup.ts";
import { encodeText } from "./_tables.ts";

type Request = IncomingMessage & { originalUrl?: string | undefined };

/** Starts a setup, with the bridge or without it. */
export async function startConnect(setup: Setup, isBridged: boolean): Promise<Running> {
  const { mount, table, misread } = setup;
  const app = connect();
  for (const area of table.areas) app.use(mount.path + encodeText(area), marks(`use ${area}`));
  if (isBridged && misread) {
    app.use((req: Request, _res: ServerResponse, next: () => void) => {
      const url = misread(req.url ?? "", req.headers);
      if (url === undefined) return;
      req.url = url;
      req.originalUrl = url;
      next();
    });
  }
  let inner = app;
  for (const part of mount.parts) {
    const next = connect();
    inner.use(part, next);
    inner = next;
  }
  for (const area of table.areas) inner.use(encodeText(area), marks(`inner ${area}`));
  const bridge = isBridged ? starbridge(optionsOf(setup)) : undefined;
  await bridge?.ready();
  // Without the bridge something that does nothing stands in its place: what a mount does to `req.url` is connect's own.
  inner.use(bridge ?? ((_req: Request, _res: ServerResponse, next: () => void) => next()));
  app.use(answerLegacy);
  app.use((error: unknown, _req: Request, res: ServerResponse, _next: () => void) => {
    answerError(error, res);
  });
  const listener = (req: Request, res: ServerResponse): void => {
    try {
      app(req, res);
    } catch (error) {
      // connect parses the target before any handler runs, and dies on `GET http://[::1/`, with a bridge or without.
      answerError(error, res);
    }
  };
  return await listen(listener, async () => await bridge?.close());
}
