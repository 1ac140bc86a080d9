// Which export of an endpoint file answers a method, and what it may return.
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";
import { cancelBody, readAhead } from "./read-ahead.ts";
import { copyResponse, isResponse, toNativeResponse, withMutableHeaders } from "./response.ts";
import type { Soon } from "./soon.ts";
import { toSoon } from "./soon.ts";
import type { APIContext, EndpointModule } from "./types.ts";
import { isPlain } from "./web/response.ts";

type Handler = (this: EndpointModule, context: APIContext) => unknown;

/**
 * The name of the export that answers a method: its own, else `ALL`, else `GET` for HEAD.
 *
 * @param has Whether there is such an export.
 */
export function chooseExport(method: string, has: (name: string) => boolean): string | undefined {
  const name = method.toUpperCase();
  if (has(name)) return name;
  if (has("ALL")) return "ALL";
  if (name === "HEAD" && has("GET")) return "GET";
  return undefined;
}

/** The name of the export of a loaded module that answers a method; one that is null is no export. */
export function chooseHandler(module: EndpointModule, method: string): string | undefined {
  return chooseExport(method, (name) => Object.hasOwn(module, name) && module[name] != null);
}

/** The methods of a file, for `Allow`: HEAD comes with GET. */
export function allowedMethods(names: Iterable<string>): string[] {
  const methods = [...names].filter((name) => METHOD.test(name) && name !== "ALL");
  if (methods.includes("GET") && !methods.includes("HEAD")) {
    methods.splice(methods.indexOf("GET") + 1, 0, "HEAD");
  }
  return methods;
}

const METHOD = /^[A-Z][A-Z-]*$/;

/**
 * Calls a handler as a method of its module, and holds it to its contract.
 *
 * @param source Where the module is, for errors.
 * @returns The answer; at once when the handler gave it at once.
 * @throws BridgeError when the export is no function, or its answer no Response that can be sent.
 */
export function callEndpoint(
  module: EndpointModule,
  name: string,
  context: APIContext,
  method: string,
  source: string,
): Soon<Response> {
  const handler = module[name];
  if (typeof handler !== "function") {
    throw bridgeError("HANDLER_NOT_A_FUNCTION", {
      file: source,
      method: name,
      actual: describe(handler),
    });
  }
  const answer = toSoon((handler as Handler).call(module, context));
  if (!(answer instanceof Promise)) return acceptAnswer(answer, name, method, source);
  return answer.then((settled) => acceptAnswer(settled, name, method, source));
}

function acceptAnswer(
  answer: unknown,
  name: string,
  method: string,
  source: string,
): Soon<Response> {
  const isHead = method === "HEAD" || method === "head";
  // Nobody has looked at it: there is nothing that could be wrong.
  if (!isHead && isPlain(answer)) return answer;
  assertUsable(answer, name, source);
  const response = withMutableHeaders(toNativeResponse(answer));
  return isHead ? withoutBody(response) : response;
}

function assertUsable(answer: unknown, name: string, source: string): asserts answer is Response {
  if (isPlain(answer)) return;
  if (!isResponse(answer)) {
    throw bridgeError("ENDPOINT_DID_NOT_RETURN_A_RESPONSE", {
      file: source,
      method: name,
      actual: describe(answer),
    });
  }
  if (answer.status === 0) {
    throw bridgeError("RESPONSE_UNUSABLE", { reason: "Response.error() has no status." });
  }
  if (answer.bodyUsed || answer.body?.locked) {
    throw bridgeError("RESPONSE_UNUSABLE", { reason: "its body was read or taken already." });
  }
}

const HEAD_REASON = new DOMException("HEAD has no body.", "AbortError");

/** The answer to HEAD: the headers that GET would have, `Content-Length` included where it is known. */
export async function withoutBody(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const headers = new Headers(response.headers);
  if (headers.has("content-length")) {
    cancelBody(response, HEAD_REASON);
  } else {
    const body = await readAhead(response);
    if (body.kind === "whole") headers.set("content-length", String(body.length));
    else if (body.kind === "open") body.cancel(HEAD_REASON);
  }
  return copyResponse(response, { body: null, headers });
}
