// Every failure we create: a permanent code, a sentence, a way out. No text of an error lives elsewhere.
import { START_ERRORS } from "./start-errors.ts";
import type { ErrorEntry, File } from "./static-errors.ts";
import { STATIC_ERRORS } from "./static-errors.ts";

interface Where {
  method: string;
  path: string;
}
const ERRORS = {
  ...START_ERRORS,

  // Requests.
  BAD_HOST: {
    status: 400,
    message: (d: { host: string }) => `The request has no valid host: ${JSON.stringify(d.host)}.`,
    hint: "Send a Host header of the form name, name:port, an IPv4 address or a bracketed IPv6 address.",
  },
  BODY_TOO_LARGE: {
    status: 413,
    message: (d: { limit: number }) => `The request body is larger than ${d.limit} bytes.`,
    hint: "Send less, or raise security.bodySizeLimit (Fastify: bodyLimit).",
  },
  BODY_CONSUMED: {
    message: (d: Where) =>
      `The body of ${d.method} ${d.path} was already read before the bridge saw it.`,
    hint: "Mount the bridge above the body parser, or keep the raw bytes: express.json({ verify: (req, res, bytes) => { req.rawBody = bytes; } }). What a form parser has taken is at its own place: context.host.req.body and .files.",
  },
  BODY_TOO_LATE: {
    message: (d: Where) =>
      `The body of ${d.method} ${d.path} was asked for after the request had ended.`,
    hint: "Read the body before you return the response.",
  },
  PASS_AFTER_BODY_READ: {
    message: (d: Where) => `context.pass() of ${d.method} ${d.path} came after the body was read.`,
    hint: "Decide before you read the body; what was read cannot be given back to the host.",
  },
  THROWN_VALUE: {
    message: (d: { value: string }) => `A value that is not an Error was thrown: ${d.value}.`,
    hint: "Throw an Error; `cause` holds the value.",
  },

  // Endpoints and their answers.
  HANDLER_NOT_A_FUNCTION: {
    message: (d: File & { method: string; actual: string }) =>
      `The export ${d.method} of ${d.file} is ${d.actual}, not a function.`,
    hint: "Export a function that returns a Response.",
  },
  ENDPOINT_DID_NOT_RETURN_A_RESPONSE: {
    name: "EndpointDidNotReturnAResponse",
    message: (d: { file: string; method: string; actual: string }) =>
      `${d.method} of ${d.file} returned ${d.actual} instead of a Response.`,
    hint: "Return a Response: return Response.json(value), or new Response(text).",
  },
  RESPONSE_UNUSABLE: {
    message: (d: { reason: string }) => `The response cannot be sent: ${d.reason}`,
    hint: "Return a fresh Response with a status from 200 to 599, whose body nobody has read.",
  },
  CONTENT_LENGTH_MISMATCH: {
    message: (d: { declared: string; actual: number | string }) =>
      `The response declares a Content-Length of ${d.declared}, but its body has ${d.actual} bytes.`,
    hint: "Leave Content-Length out; it is set from the body where its length is known.",
  },
  UNSUPPORTED_CHUNK: {
    message: (d: { actual: string }) =>
      `The response stream gave ${d.actual}, which is neither bytes nor text.`,
    hint: "Enqueue Uint8Array chunks, or pipe the stream through a TextEncoderStream.",
  },

  // Context and middleware.
  MIDDLEWARE_NO_DATA_OR_NEXT_CALLED: {
    name: "MiddlewareNoDataOrNextCalled",
    message: () => "The middleware neither returned a Response nor called next().",
    hint: "Return a Response, or call next().",
  },
  MIDDLEWARE_NOT_A_RESPONSE: {
    name: "MiddlewareNotAResponse",
    message: (d: { actual: string }) =>
      `The middleware returned ${d.actual} instead of a Response.`,
    hint: "Return a Response, or nothing after next() was called.",
  },
  LOCALS_REASSIGNED: {
    name: "LocalsReassigned",
    message: () => "context.locals cannot be replaced.",
    hint: "Change its properties instead: Object.assign(context.locals, values).",
  },
  LOCALS_NOT_AN_OBJECT: {
    name: "LocalsNotAnObject",
    message: (d: { actual: string }) => `locals must be an object, but it is ${d.actual}.`,
    hint: "Give an object, from the `locals` option or to createContext().",
  },
  CLIENT_ADDRESS_NOT_AVAILABLE: {
    name: "ClientAddressNotAvailable",
    message: () => "The host does not know the client's address.",
    hint: "In tests, give it: app.fetch(url, init, { clientAddress }).",
  },
  STATIC_CLIENT_ADDRESS_NOT_AVAILABLE: {
    name: "StaticClientAddressNotAvailable",
    message: () => "This context was created without a client address.",
    hint: "Give createContext() a clientAddress.",
  },
  REWRITE_WITH_BODY_USED: {
    name: "RewriteWithBodyUsed",
    message: () => "The request was rewritten after its body had been read.",
    hint: "Rewrite before the body is read, or read a clone: await context.request.clone().text().",
  },
  NO_REWRITE_TARGETS: {
    message: () => "next(payload) was called on a context that has no routes.",
    hint: "A context made by createContext() can pass a payload on only from the last middleware.",
  },
  CACHE_NOT_ENABLED: {
    name: "CacheNotEnabled",
    message: () => "No cache is configured.",
    hint: "Do not call context.cache.invalidate() without a cache.",
  },
  LOCALS_NOT_SERIALIZABLE: {
    message: (d: { path: string; reason: string }) =>
      `locals cannot be serialised: ${d.path} ${d.reason}.`,
    hint: "Keep to null, booleans, numbers, strings, arrays and plain objects, or pass { devalue: true }.",
  },
  HOST_HAS_NO_REQ_RES: {
    message: (d: { kind: string }) =>
      `A connect middleware was called on the host "${d.kind}", which has no req and res.`,
    hint: "Test a chain with fromConnect() against a real server: http.createServer(starbridge(…)).",
  },
  ...STATIC_ERRORS,
} satisfies Record<string, ErrorEntry>;

type ErrorKey = keyof typeof ERRORS;
type DetailsOf<Key extends ErrorKey> =
  Parameters<(typeof ERRORS)[Key]["message"]> extends [infer Details]
    ? [details: Details, options?: { cause?: unknown }]
    : [details?: undefined, options?: { cause?: unknown }];

/** Every code that `error.code` can have. Codes are permanent. */
export type BridgeErrorCode = `STARBRIDGE_${ErrorKey}`;

/**
 * The codes, without the prefix, in the order of the table.
 *
 * @internal
 */
export const errorKeys = Object.keys(ERRORS) as ErrorKey[];

/**
 * A refusal of the bridge's own. Errors of your endpoints and middleware are never wrapped in it.
 *
 * `name` is Astro's name where Astro has a named error for the case, else `BridgeError`.
 */
export class BridgeError extends Error {
  /** Permanent, made for `error.code === "STARBRIDGE_BODY_CONSUMED"`. */
  readonly code: BridgeErrorCode;
  /** What to do about it. */
  readonly hint: string;
  /** The status that hosts answer with: Express and Fastify read this name. */
  readonly statusCode: number;

  constructor(key: ErrorKey, message: string, options?: { cause?: unknown }) {
    super(message, options);
    const entry: ErrorEntry = ERRORS[key];
    // Not enumerable, as on built-in errors.
    Object.defineProperty(this, "name", {
      value: entry.name ?? "BridgeError",
      configurable: true,
      writable: true,
    });
    this.code = `STARBRIDGE_${key}`;
    this.hint = entry.hint;
    this.statusCode = entry.status ?? 500;
  }

  /** Express 4 and http-errors read `status`, Fastify and Express 5 `statusCode`. */
  get status(): number {
    return this.statusCode;
  }

  /** Whether the text of the error is for a client: no, except for refusals of the request (4xx). */
  get expose(): boolean {
    return this.statusCode < 500;
  }
}

/**
 * Makes the error of a code.
 *
 * @param key The code without its prefix.
 * @param rest The details that its sentence names, then `{ cause }`.
 */
export function bridgeError<Key extends ErrorKey>(key: Key, ...rest: DetailsOf<Key>): BridgeError {
  const [details, options] = rest;
  const message = ERRORS[key].message as (details: unknown) => string;
  return new BridgeError(key, message(details), options);
}
