// `context.url` and `request.url` are one URL: what the platform makes of the target, its path in normal form. So it is
// on every host, below every mount, and behind every rewrite.
import fc from "fast-check";
import type { APIContext, BridgeOptions } from "starbridge";
import { createTestApp } from "starbridge/testing";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { normalPathOf } from "../fuzz/_reference.ts";
import { holds, TIME } from "./_property.ts";

const hosts: HostName[] = ["express 4", "express 5", "fastify", "connect", "node:http", "http2"];

const unit = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(..."abAZ09-._~!$&'()*+,;=:@") },
  { weight: 2, arbitrary: fc.constantFrom("%20", "%C3%BC", "%c3%bc", "%2F", "%2f", "%3F", "%25") },
  { weight: 1, arbitrary: fc.constantFrom("%61", "%7E", "%7e", "%5B", "%22") },
);
const segment = fc
  .array(unit, { minLength: 1, maxLength: 6 })
  .map((units) => units.join(""))
  // Dot segments are nobody's, however they are spelled.
  .filter((text) => text.split(/%2f/i).every((piece) => piece !== "." && piece !== ".."));
const path = fc
  .array(segment, { maxLength: 3 })
  .map((segments) => `/p${segments.map((text) => `/${text}`).join("")}`);
const query = fc.oneof(
  fc.constantFrom("", "?", "??", "?&", "?=", "?a=1", "?/p?", "?a=%zz", "?'\"<>`{}|\\^"),
  fc
    .array(fc.constantFrom(..."ab=&?/+;:@!$'()*,.~%-_[]{}|^`\"<>\\"), { maxLength: 8 })
    .map((chars) => `?${chars.join("")}`),
);
const target = fc.record({ path, query });

/** What the platform has for a target below an origin. */
const urlOf = (origin: string, { path: given, query: search }: { path: string; query: string }) =>
  new URL(origin + normalPathOf(given) + search).href;

const tell = ({ url, request, host }: APIContext): Response => {
  // The Request is built after, and before, the URL.
  const isFirst = host.kind === "fetch";
  const pair = isFirst ? [request.url, url.href] : [url.href, request.url];
  return Response.json(pair.sort());
};

/** Rewrites `/from/<how>?<target>` to the target. */
const rewrite = (context: APIContext): Response | Promise<Response> => {
  const { how = "" } = context.params;
  if (how.includes("built")) context.request.headers.get("host");
  const to = decodeURIComponent(context.url.search.slice(1));
  return context.rewrite(how.includes("url") ? new URL(to, context.url) : to);
};

const options: BridgeOptions = {
  routes: { "p/[...rest].ts": { GET: tell }, "from/[how].ts": { GET: rewrite } },
  trailingSlash: "ignore",
};

describe.each(hosts)("the target of a request through %s", (host) => {
  staysQuiet();

  it(
    "is shown as the URL that it makes, to the last question mark",
    async () => {
      const mount = host === "node:http" || host === "http2" ? [] : ["/mnt"];
      for (const place of [[], mount]) {
        const server = await start(host, { options, mount: place });
        await holds(60, target, async (given) => {
          const whole = { ...given, path: place.join("") + given.path };
          const response = await ask(server, whole.path + whole.query);
          const expected = urlOf("http://h.test", whole);
          expect(response, whole.path + whole.query).toEqual([expected, expected]);
        });
        await server.close();
      }
    },
    TIME,
  );
});

/** By hand where that is possible: clients have their own idea of a target. */
async function ask(server: Awaited<ReturnType<typeof start>>, text: string): Promise<unknown> {
  const isHttp2 = !("closeAllConnections" in server.server);
  if (!isHttp2) {
    const { status, body } = await server.raw(`GET ${text} HTTP/1.1`);
    return status === 200 ? JSON.parse(body) : status;
  }
  const response = await server.fetch(text);
  if (response.status !== 200) return response.status;
  const seen = (await response.json()) as string[];
  return seen.map((href) => href.replace(server.origin, "http://h.test"));
}

describe("the target of a request without a host", () => {
  it("is shown as the URL that it makes", async () => {
    const app = createTestApp(options);
    await holds(100, target, async (given) => {
      const href = urlOf("http://h.test", given);
      const response = await app.fetch(new Request(href));
      expect(await response.json()).toEqual([href, href]);
    });
    await app.close();
  });
});

describe("the target of a rewrite", () => {
  it.each(["text", "text-built", "url", "url-built"])(
    "is shown as the URL that it makes, given as %s",
    async (how) => {
      const app = createTestApp(options);
      await holds(100, target, async (given) => {
        const search = encodeURIComponent(given.path + given.query);
        const response = await app.fetch(new Request(`http://h.test/from/${how}?${search}`));
        const expected = urlOf("http://h.test", given);
        expect(await response.json(), given.path + given.query).toEqual([expected, expected]);
      });
      await app.close();
    },
  );
});
