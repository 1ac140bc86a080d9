// Rewrites: a header of the request tells who is to rewrite it, with what, how often, and where to.
import type { APIContext, MiddlewareHandler } from "starbridge";
import type { Random } from "./_random.ts";
import { headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";

/** What a request asks for. */
export interface Order {
  by: "next" | "context" | "endpoint";
  /** What the payload is. */
  as: "text" | "url" | "request";
  /** How often; the third `context.rewrite()` is one too many. */
  times: number;
  /** Whether `context.request` is there already. */
  isBuilt: boolean;
  target: string;
}

/** What `context.locals` keeps of it. */
export interface Moved {
  moves?: number;
  from?: string;
}

/** A header line with an order in it. */
export function drawOrder(random: Random, target: string): string {
  const order: Order = {
    by: random.pick(["next", "context", "endpoint"]),
    as: random.pick(["text", "text", "text", "url", "request"]),
    times: random.pick([1, 1, 1, 2, 9]),
    isBuilt: random.chance(0.4),
    target,
  };
  return `X-Rewrite: ${encodeURIComponent(JSON.stringify(order))}`;
}

/** The order on a request. */
export function orderOf({ headers }: WireRequest): Order | undefined {
  return parseOrder(headerValues(headers, "x-rewrite")[0]);
}

function parseOrder(text: unknown): Order | undefined {
  return typeof text === "string" ? JSON.parse(decodeURIComponent(text)) : undefined;
}

/** The URL that a payload of this kind is made of: set part by part, so that any target makes one. */
export function urlOf({ target }: Order, base: URL): URL {
  const url = new URL(base);
  url.pathname = target;
  // A target without a query may have kept one, where no host stands behind the bridge.
  url.hash = "";
  return url;
}

/** Rewrites in the chain. */
export const moving: MiddlewareHandler = (context, next) => {
  const order = nextOrder(context);
  if (order === undefined || order.by === "endpoint") return next();
  return mark(order, context, (payload) =>
    order.by === "next" ? next(payload) : context.rewrite(payload),
  );
};

/** Rewrites in the endpoint, before it has looked at anything. */
export function movingEndpoint(answer: (context: APIContext) => Response | Promise<Response>) {
  return (context: APIContext): Response | Promise<Response> => {
    const order = nextOrder(context);
    if (order?.by !== "endpoint") return answer(context);
    return mark(order, context, (payload) => context.rewrite(payload));
  };
}

/** Read from the host's own headers, so that no Request is built for it. */
function nextOrder({ host, locals }: APIContext): Order | undefined {
  const { req, request } = host as { req?: HasHeaders; request?: HasHeaders };
  const order = parseOrder((req ?? request)?.headers["x-rewrite"]);
  return order && ((locals as Moved).moves ?? 0) < order.times ? order : undefined;
}

interface HasHeaders {
  headers: Record<string, unknown>;
}

async function mark(
  order: Order,
  context: APIContext,
  go: (payload: string | URL | Request) => Response | Promise<Response>,
): Promise<Response> {
  const locals = context.locals as Moved;
  locals.from ??= context.routePattern;
  locals.moves = (locals.moves ?? 0) + 1;
  const response = await go(payloadOf(order, context));
  response.headers.set("x-rewritten", String(locals.moves));
  return response;
}

function payloadOf(order: Order, context: APIContext): string | URL | Request {
  if (order.isBuilt) context.request.headers.get("x-rewrite");
  if (order.as === "text") return order.target;
  const url = urlOf(order, context.url);
  return order.as === "url" ? url : new Request(url, context.request);
}
