// Headers through real sockets, both ways: what is on the wire is what the endpoint sees, and the other way round.
import fc from "fast-check";
import type { APIContext } from "starbridge";
import { Response as LightResponse } from "starbridge/web";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { fieldValue, holds, TIME, token } from "./_property.ts";

const hosts: HostName[] = ["express 5", "fastify", "node:http"];

// Never a header with a meaning: those are told apart elsewhere, by name.
const name = token.map((rest) => `x-${rest}`);
const space = fc.constantFrom("", " ", "\t", "  ");
const line = fc.tuple(name, fieldValue, space, space);
// Fetch trims what it appends to, so an empty value that is joined may lose the space after its comma.
const pairs = fc.array(fc.tuple(name, fieldValue.filter(Boolean)), { maxLength: 12 });

/** By lower-case name, sorted; values of one name joined and trimmed, as both Node and Fetch do. */
function joined(list: [name: string, value: string][]): [string, string][] {
  const values = new Map<string, string>();
  for (const [given, value] of list) {
    const key = given.toLowerCase();
    const before = values.get(key);
    values.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return [...values]
    .map(([key, value]): [string, string] => [key, value.replace(/^[ \t]+|[ \t]+$/g, "")])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

// Express names itself.
const ours = (list: Iterable<[string, string]>) =>
  [...list].filter(([key]) => key.startsWith("x-") && key !== "x-powered-by");

// Each class of Response has ways of its own to the wire.
const classes = [
  ["the platform's Response", globalThis.Response],
  ["the light Response", LightResponse],
] as const;
const cases = hosts.flatMap((host) => classes.map(([name, R]) => [host, name, R] as const));

describe.each(cases)("headers through %s, of %s", (host, _, R) => {
  staysQuiet();

  it(
    "that came in are those of context.request, whatever their case, order and spacing",
    async () => {
      let seen: [string, string][] = [];
      const GET = ({ request }: APIContext): Response => {
        seen = ours(request.headers);
        return new Response("ok");
      };
      const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
      await holds(60, fc.array(line, { maxLength: 12 }), async (lines) => {
        const head = lines.map(([key, value, before, after]) => `${key}:${before}${value}${after}`);
        const answer = await server.raw(["GET /a HTTP/1.1", ...head]);
        expect(answer.status).toBe(200);
        expect(seen).toEqual(joined(lines.map(([key, value]) => [key, value])));
      });
    },
    TIME,
  );

  it(
    "that an endpoint, its middleware and the host set are those on the wire, each once",
    async () => {
      let [fromHost, fromEndpoint, fromMiddleware]: [string, string][][] = [[], [], []];
      const GET = (): Response => {
        const headers = new Headers();
        for (const [key, value] of fromEndpoint ?? []) headers.append(key, value);
        return new R("ok", { headers });
      };
      const server = await start(host, {
        before: [
          ({ setHeader }) => {
            for (const [key, value] of fromHost ?? []) setHeader(`x-host-${key}`, value);
          },
        ],
        options: {
          routes: { "a.ts": { GET } },
          middleware: async (_context, next) => {
            const response = await next();
            for (const [key, value] of fromMiddleware ?? []) response.headers.append(key, value);
            return response;
          },
        },
      });
      // Names of the host's headers are its own: what meets what is told elsewhere.
      const distinct = fc.uniqueArray(fc.tuple(name, fieldValue), {
        maxLength: 4,
        selector: ([key]) => key.toLowerCase(),
      });
      await holds(60, fc.tuple(distinct, pairs, pairs), async (given) => {
        [fromHost, fromEndpoint, fromMiddleware] = given;
        const { status, headers, body } = await server.raw("GET /a HTTP/1.1");
        expect([status, body]).toEqual([200, "ok"]);
        const all = [
          ...given[0].map(([key, value]): [string, string] => [`x-host-${key}`, value]),
          ...given[1],
          ...given[2],
        ];
        const onTheWire = Object.entries(headers).map(([key, values]) => {
          expect(values, key).toHaveLength(1);
          return [key, values[0] ?? ""] as [string, string];
        });
        // The test's own client trims more than HTTP does.
        const expected = joined(all).map(([key, value]) => [key, value.trim()]);
        expect(ours(onTheWire).sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(expected);
      });
    },
    TIME,
  );

  it(
    "Set-Cookie: one line each, the host's first, then those of the Response, then context.cookies",
    async () => {
      let [fromHost, fromResponse, fromJar]: string[][] = [[], [], []];
      const GET = ({ cookies }: APIContext): Response => {
        for (const [at, value] of (fromJar ?? []).entries()) cookies.set(`jar${at}`, value);
        const headers = new Headers();
        for (const value of fromResponse ?? []) headers.append("set-cookie", value);
        return new R("ok", { headers });
      };
      const server = await start(host, {
        before: [
          ({ setHeader }) => {
            if (fromHost?.length) setHeader("set-cookie", fromHost);
          },
        ],
        options: { routes: { "a.ts": { GET } } },
      });
      const octets = fc
        .array(fc.constantFrom(..."abcABC019-._~!*()=:/+@"), { maxLength: 8 })
        .map((chars) => chars.join(""));
      const attributes = fc.constantFrom(
        "",
        "; Path=/",
        "; Expires=Wed, 21 Oct 2037 07:28:00 GMT",
        "; HttpOnly; Secure; SameSite=Lax",
      );
      const cookie = fc.tuple(token, octets, attributes).map(([key, value, rest]) => {
        return `${key}=${value}${rest}`;
      });
      const list = fc.array(cookie, { maxLength: 5 });
      await holds(60, fc.tuple(list, list, fc.array(octets, { maxLength: 4 })), async (given) => {
        [fromHost, fromResponse, fromJar] = given;
        const { headers } = await server.raw("GET /a HTTP/1.1");
        const jar = given[2].map((value, at) => `jar${at}=${value}`);
        expect(headers["set-cookie"] ?? []).toEqual([...given[0], ...given[1], ...jar]);
      });
    },
    TIME,
  );
});
