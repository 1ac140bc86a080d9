// Bridges that break what an option promises: the judge believes in the option, and the bridge does something else.
import type { BridgeOptions, MiddlewareHandler } from "starbridge";
import type { Break } from "./_broken.ts";
import type { Order } from "./_moves.ts";
import type { Misread } from "./_setup.ts";

type Options = (options: BridgeOptions) => BridgeOptions;

interface HasHeaders {
  headers: Record<string, unknown>;
}

const isCross = { checkOrigin: true } as const;
const NODE = ["node:http", "http2"] as const;

/** A bridge that reads a header in another way. */
function reading(name: string, change: (value: string) => string | undefined): Misread {
  return (target, headers) => {
    const value = headers[name];
    const read = typeof value === "string" ? change(value) : undefined;
    if (read === undefined) delete headers[name];
    else headers[name] = read;
    return target;
  };
}

/** A bridge that takes the target of a rewrite for another. */
function misled(change: (target: string) => string): Misread {
  return reading("x-rewrite", (text) => {
    const order = JSON.parse(decodeURIComponent(text)) as Order;
    return encodeURIComponent(JSON.stringify({ ...order, target: change(order.target) }));
  });
}

/** A bridge whose chain begins with something else. */
function after(step: (target: string) => void): Options {
  return ({ middleware, ...options }) => ({
    ...options,
    middleware: (context, next) => {
      const { req, request } = context.host as { req?: HasHeaders; request?: HasHeaders };
      const text = (req ?? request)?.headers["x-rewrite"];
      if (typeof text === "string") step((JSON.parse(decodeURIComponent(text)) as Order).target);
      return (middleware as MiddlewareHandler)(context, next);
    },
  });
}

const option = (name: string, rule: Break["rule"], choices: Break["choices"], given: Options) => {
  return { name, rule, choices: choices ?? {}, tamper: given };
};

const rewriting = (name: string, change: (target: string) => string): Break => {
  return { name, rule: "rewrite", choices: { rewrites: true }, misread: misled(change) };
};

export const OPTION_BREAKS: readonly Break[] = [
  option("checks no origin", "cross-site", isCross, (options) => {
    return { ...options, security: { checkOrigin: false } };
  }),
  option("asks every writer for an origin", "cross-site", isCross, (options) => {
    return { ...options, security: { checkOrigin: "astro" } };
  }),
  option("checks only what browsers say", "cross-site", { checkOrigin: "astro" }, (options) => {
    return { ...options, security: { checkOrigin: true } };
  }),
  {
    name: "does not read Sec-Fetch-Site",
    rule: "cross-site",
    choices: isCross,
    misread: reading("sec-fetch-site", () => undefined),
  },
  {
    name: "takes the same site for the same origin",
    rule: "cross-site",
    choices: isCross,
    misread: reading("sec-fetch-site", (site) => site.replace("same-site", "same-origin")),
  },
  {
    name: "takes an opaque origin for none",
    rule: "cross-site",
    choices: isCross,
    misread: reading("origin", (origin) => (origin === "null" ? undefined : origin)),
  },
  {
    name: "compares the beginning of an origin",
    rule: "cross-site",
    choices: isCross,
    misread: reading("origin", (origin) => origin.replace(/\.evil\.test$|:81$/, "")),
  },
  {
    name: "minds the case of a content type",
    rule: "cross-site",
    choices: isCross,
    misread: reading("content-type", (type) => (/[A-Z]/.test(type) ? "odd/type" : type)),
  },
  {
    name: "knows no form that is text",
    rule: "cross-site",
    choices: isCross,
    misread: reading("content-type", (type) => type.replace(/^text\/plain/i, "text/html")),
  },
  {
    name: "takes JSON for a form",
    rule: "cross-site",
    choices: isCross,
    misread: reading("content-type", (type) => type.replace(/^application\/json/, "text/plain")),
  },
  option("lets a slash end what has none", "slash", { trailingSlash: "never" }, (options) => {
    return { ...options, trailingSlash: "ignore" };
  }),
  option("asks nobody for a slash", "slash", { trailingSlash: "always" }, (options) => {
    return { ...options, trailingSlash: "ignore" };
  }),
  option(
    "refuses the slash that may be there",
    "missing",
    { trailingSlash: "ignore" },
    (options) => {
      return { ...options, trailingSlash: "never" };
    },
  ),
  option(
    "does not ask the host how strict it is",
    "slash",
    { trailingSlash: undefined },
    (options) => {
      return { ...options, trailingSlash: "ignore" };
    },
  ),
  {
    name: "sends nobody to the right spelling",
    rule: "slash",
    hosts: NODE,
    mount: "alone",
    choices: { trailingSlash: "always" },
    tamper: (options) => ({ ...options, trailingSlash: "ignore" }),
  },
  {
    name: "loses the query of who is sent on",
    rule: "slash",
    hosts: NODE,
    mount: "alone",
    choices: { trailingSlash: "never" },
    misread: (target) => target.split("?", 1)[0],
  },
  {
    name: "leaves a file's path to the host",
    rule: "missing",
    misread: (target) => target.replace("secret", "secre7"),
  },
  rewriting("resolves dots in the target of a rewrite", (text) =>
    /^\/[^?#]*\.\./.test(text) ? new URL(text, "http://h.test").pathname : text,
  ),
  rewriting("decodes the target of a rewrite", (text) =>
    text.replace(/%[2-7][0-9a-f]/gi, (one) => decodeURIComponent(one)),
  ),
  rewriting("finds nothing to rewrite to", (text) => text.replace("secret", "secre7")),
  rewriting("forgets the query of a rewrite", (text) => text.split("?", 1)[0] ?? ""),
  {
    name: "does not rewrite",
    rule: "rewrite",
    choices: { rewrites: true },
    misread: reading("x-rewrite", () => undefined),
  },
  option(
    "fails where a rewrite leads nowhere",
    "500",
    { rewrites: true },
    after((target) => {
      if (target.includes("..")) throw new Error("broken");
    }),
  ),
  {
    name: "never answers a rewrite to an odd path",
    rule: "hang",
    hosts: NODE,
    choices: { rewrites: true },
    misread: (target, headers) =>
      String(headers["x-rewrite"]).includes("%25") ? undefined : target,
  },
];
