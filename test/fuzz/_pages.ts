// What the page files of a setup do: they say what they were shown, and go elsewhere when a request tells them to.
import { deflateSync, inflateSync } from "node:zlib";
import type { APIContext, BridgeOptions, MiddlewareHandler } from "starbridge";
import { sequence } from "starbridge";
import { moving, movingEndpoint } from "./_moves.ts";
import type { Moved } from "./_moves.ts";
import type { Setup } from "./_setup.ts";

/** What an endpoint says of its request; it travels in a header, so that HEAD tells it as well. */
export interface Echo {
  file: string;
  params: Record<string, string>;
  pattern: string;
  /** `context.url.href`. */
  url: string;
  /** `context.request.url`, where the endpoint looked at it. */
  request?: string;
  /** `context.url.pathname` as the middleware chain saw it. */
  chain?: string;
  /** The body as text, where the endpoint read it. */
  body?: string | null;
  /** How often the request was rewritten (never). */
  moves?: number;
  /** The pattern of the file that the request was meant for. */
  from?: string;
}

type Locals = Moved & { chain?: string };

/** The bridge's options for a setup. */
export function optionsOf({ table, choices, tamper }: Setup): BridgeOptions {
  const { trailingSlash, checkOrigin, rewrites } = choices;
  const routes: NonNullable<BridgeOptions["routes"]> = {};
  for (const [index, [file, methods]] of Object.entries(table.files).entries()) {
    // Every third file builds no Request: that is the other way through the bridge.
    const plain = index % 3 === 2 ? lightly(file) : fully(file);
    const answer = rewrites ? movingEndpoint(plain) : plain;
    routes[file] = Object.fromEntries(methods.map((method) => [method, answer]));
  }
  const options: BridgeOptions = {
    routes,
    dev: false,
    security: { checkOrigin },
    logger,
    middleware: rewrites ? sequence(moving, recording) : recording,
    ...(trailingSlash && { trailingSlash }),
  };
  return tamper ? tamper(options) : options;
}

/** What the bridge warns of is noise, except of a method that nothing answers where there is no host to ask. */
const logger: BridgeOptions["logger"] = {
  debug: () => {},
  info: () => {},
  warn: (...parts: unknown[]) => {
    const text = parts.map(String).join(" ");
    if (!text.includes("has no export for")) console.warn(text);
  },
  error: (...parts: unknown[]) => console.error(...parts),
};

const recording: MiddlewareHandler = ({ locals, url }, next) => {
  (locals as Locals).chain = url.pathname;
  return next();
};

function lightly(file: string) {
  return ({ params, url, routePattern, locals }: APIContext): Response =>
    say({ file, params: params as Echo["params"], pattern: routePattern, url: url.href }, locals);
}

function fully(file: string) {
  return async ({ params, url, routePattern, locals, request }: APIContext): Promise<Response> =>
    say(
      {
        file,
        params: params as Echo["params"],
        pattern: routePattern,
        url: url.href,
        request: request.url,
        body: request.body === null ? null : await request.text(),
      },
      locals,
    );
}

function say(facts: Echo, locals: Locals): Response {
  const { chain, moves, from } = locals;
  const echo = { ...facts, chain, moves, from };
  return new Response(`page ${facts.file}`, { headers: { "x-echo": packEcho(echo) } });
}

/** HTTP/2 sends no head of more than 64 KiB, and a long path is told four times. */
function packEcho(echo: object): string {
  const text = JSON.stringify(echo);
  if (text.length < 4000) return encodeURIComponent(text);
  return DEFLATED + deflateSync(text).toString("base64");
}

const DEFLATED = "deflated ";

/** What an endpoint has said. */
export function parseEcho(value: string): Echo {
  if (!value.startsWith(DEFLATED)) return JSON.parse(decodeURIComponent(value));
  return JSON.parse(inflateSync(Buffer.from(value.slice(DEFLATED.length), "base64")).toString());
}
