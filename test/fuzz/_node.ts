// Node's own servers, HTTP/1.1 and HTTP/2 without TLS: the bridge as the listener, or as a function that the listener
// calls before its own routes.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http2";
import type { ServerHttp2Session } from "node:http2";
import { starbridge } from "starbridge/connect";
import { mark } from "./_guards.ts";
import { answerError, answerLegacy, listen, listenWith } from "./_legacy.ts";
import type { Running } from "./_legacy.ts";
import { optionsOf } from "./_pages.ts";
import type { Setup } from "./_setup.ts";
import { encodeText, isInside } from "./_tables.ts";

/** Starts a setup, with the bridge or without it. */
export async function startNode(setup: Setup, isBridged: boolean): Promise<Running> {
  const { mount, table, misread } = setup;
  const bridge = isBridged ? starbridge(optionsOf(setup)) : undefined;
  await bridge?.ready();
  const listener = (req: IncomingMessage, res: ServerResponse): void => {
    // A guard as it is written where nothing parses a target: by its text, up to the query.
    const [path = ""] = (req.url ?? "").split("?", 1);
    for (const area of table.areas) {
      if (isInside(path, encodeText(area))) mark(res, `hook ${area}`);
    }
    if (isBridged && misread) {
      const url = misread(req.url ?? "", req.headers);
      if (url === undefined) return;
      req.url = url;
    }
    const next = (error?: unknown): void => {
      if (error) answerError(error, res);
      else answerLegacy(req, res, (failure) => answerError(failure, res));
    };
    if (bridge === undefined) next();
    else if (mount.kind === "alone") bridge(req, res);
    else bridge(req, res, next);
  };
  const close = async (): Promise<void> => await bridge?.close();
  if (setup.host === "node:http") return await listen(listener, close);
  const server = createServer(listener as never);
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const cut = (): void => {
    for (const session of sessions) session.destroy();
  };
  return await listenWith(server, cut, close);
}
