// `checkOrigin`, written down a second time, with the noise that it has to see through.
import type { Random } from "./_random.ts";
import { authorities, authorityOf } from "./_reference.ts";
import { headerValues } from "./_request.ts";
import type { WireRequest } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { CONTENT_TYPES, FETCH_SITES, ORIGINS } from "./_words.ts";

const UNSAFE = /^(?!(?:GET|HEAD|OPTIONS)$)/;
const FORMS = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

/** Headers that tell where a request comes from and what it carries, in the place of those that were drawn. */
export function drawOrigin(random: Random, { method, headers }: WireRequest): string[] {
  if (random.chance(UNSAFE.test(method) ? 0.2 : 0.8)) return headers;
  const lines = headers.filter((line) => !/^content-type:/i.test(line));
  const [host = "h.test"] = headerValues(headers, "host");
  for (let times = random.chance(0.03) ? 2 : 1; times > 0; times--) {
    if (random.chance(0.8)) lines.push(...one(random, "Content-Type", CONTENT_TYPES));
    if (random.chance(0.7)) lines.push(...one(random, "Origin", ORIGINS, host));
    if (random.chance(0.4)) lines.push(...one(random, "Sec-Fetch-Site", FETCH_SITES));
  }
  return lines;
}

function one(random: Random, name: string, values: readonly string[], host = ""): string[] {
  return [`${name}: ${random.pick(values).replace("HOST", host)}`];
}

/** `either`: nothing a browser would send, so that both are safe. */
export type Verdict = "refuse" | "let" | "either";

/** What the rule says of a request that has a file. */
export function verdictOf(request: WireRequest, setup: Setup): Verdict {
  const { checkOrigin } = setup.choices;
  if (checkOrigin === false || !UNSAFE.test(request.method)) return "let";
  const content = formOf(headerValues(request.headers, "content-type"));
  if (content === "other") return "let";
  const cross = checkOrigin === "astro" ? provenOf(request, setup) : saidOf(request, setup);
  if (cross === "same") return "let";
  return content === "form" && cross === "cross" ? "refuse" : "either";
}

/** Whether a form can send it, or says nothing of what it sends. */
function formOf(types: string[]): "form" | "other" | "odd" {
  const [type = ""] = types;
  if (types.length > 1) return "odd";
  const text = type.toLowerCase();
  const [essence = ""] = text.split(";");
  if (text === "" || FORMS.includes(essence.trim())) return "form";
  return FORMS.some((form) => text.includes(form)) ? "odd" : "other";
}

function saidOf(request: WireRequest, setup: Setup): "same" | "cross" | "odd" {
  const [site, ...others] = headerValues(request.headers, "sec-fetch-site");
  if (others.length > 0) return "odd";
  if (site === "same-origin" || site === "none") return "same";
  if (site === "cross-site" || site === "same-site") return "cross";
  if (site !== undefined) return "odd";
  const [origin, ...more] = headerValues(request.headers, "origin");
  if (origin === undefined) return "same";
  return more.length > 0 ? "odd" : compare(origin, request, setup);
}

function provenOf(request: WireRequest, setup: Setup): "same" | "cross" | "odd" {
  const [origin, ...more] = headerValues(request.headers, "origin");
  if (origin === undefined) return "cross";
  return more.length > 0 ? "odd" : compare(origin, request, setup);
}

function compare(origin: string, request: WireRequest, setup: Setup): "same" | "cross" | "odd" {
  const isForwarded = request.headers.some((line) => /^x-forwarded-(?:host|proto):/i.test(line));
  if (setup.trustsProxy && isForwarded) return "odd";
  const [own = ""] = authorities(request, setup);
  const host = authorityOf(own, "http:");
  if (host === undefined) return "odd";
  if (origin === `http://${host}`) return "same";
  if (origin === "null") return "cross";
  // Not as a browser writes it.
  return URL.canParse(origin) && new URL(origin).origin === origin ? "cross" : "odd";
}
