// Refuses what a browser sends across origins without asking: forms, with the user's cookies.
import type { RequestContext } from "./context.ts";

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);
const FORM_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/**
 * Checks one run of the chain.
 *
 * @param rule `true`: refuse when the browser itself says that the request crosses origins (Fetch metadata,
 * else `Origin`); `"astro"`: refuse whatever does not prove that it stays (Astro's rule).
 * @returns The refusal, or `undefined`.
 */
export function checkOrigin(rule: true | "astro", context: RequestContext): Response | undefined {
  if (context.method === "GET") return undefined;
  const method = context.method.toUpperCase();
  if (SAFE_METHODS.has(method)) return undefined;
  const type = context.header("content-type")?.toLowerCase();
  if (type && !FORM_TYPES.some((form) => type.includes(form))) return undefined;
  const isCross = rule === "astro" ? !isProvenSame(context) : isSaidToBeCross(context);
  if (!isCross) return undefined;
  return new Response(`Cross-site ${method} form submissions are forbidden`, { status: 403 });
}

function isProvenSame(context: RequestContext): boolean {
  return context.header("origin") === context.url.origin;
}

function isSaidToBeCross(context: RequestContext): boolean {
  const site = context.header("sec-fetch-site");
  if (site !== undefined) return site !== "same-origin" && site !== "none";
  const origin = context.header("origin");
  return origin !== undefined && origin !== context.url.origin;
}
