// An endpoint behind parsers that reports what it could read.
import { createRequire } from "node:module";
import type { IncomingMessage, RequestListener } from "node:http";
import express from "express";
import { incomingOf, requestOf } from "./_servers.ts";
import type { servers } from "./_servers.ts";

// The alias of the older major has no types; it is used as the newer one is.
export const express4 = createRequire(import.meta.url)("express4") as typeof express;

export type Middleware = (
  req: IncomingMessage & Record<string, unknown>,
  res: never,
  next: () => void,
) => void;

/** What an endpoint behind the given middleware reads, as JSON. */
export function reading(...before: unknown[]): RequestListener {
  return readingIn(express, ...before);
}

/** The same under a given Express. */
export function readingIn(framework: typeof express, ...before: unknown[]): RequestListener {
  const app = framework();
  for (const middleware of before) app.use(middleware as express.RequestHandler);
  app.use((req, res) => {
    void report(incomingOf(req, res)).then((result) => res.json(result));
  });
  return app;
}

async function report(incoming: ReturnType<typeof incomingOf>) {
  const request = requestOf(incoming);
  const seen = {
    hasBody: request.body !== null,
    length: request.headers.get("content-length"),
    encoding: request.headers.get("content-encoding"),
    source: incoming.bodySourceKind,
  };
  try {
    const text = Buffer.from(await request.arrayBuffer()).toString("latin1");
    return { ...seen, text, taken: incoming.bodyTaken };
  } catch (error) {
    return { ...seen, code: (error as { code?: string }).code, taken: incoming.bodyTaken };
  }
}

/** Posts a body to such an endpoint. */
export async function post(
  start: ReturnType<typeof servers>,
  app: RequestListener,
  body: RequestInit["body"],
  type = "application/json",
  more: Record<string, string> = {},
): Promise<unknown> {
  const { get } = await start.http(app);
  const headers = { "content-type": type, ...more };
  const duplex = body instanceof ReadableStream ? { duplex: "half" as const } : {};
  return (await get("/", { method: "POST", headers, body, ...duplex })).json();
}

/** A body of unknown length. */
export function streamOf(...parts: string[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
}
