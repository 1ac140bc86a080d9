// A cookie makes the whole way: context.cookies, Set-Cookie, a client that knows nothing of encodings, Cookie,
// context.cookies.
import fc from "fast-check";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { holds, text, TIME, token } from "./_property.ts";

const hosts: HostName[] = ["express 5", "fastify", "node:http"];

/** As a browser does it (RFC 6265 section 5.2): up to the first `;`, split at the first `=`, trimmed. */
function store(jar: Map<string, string>, line: string): void {
  const [pair = ""] = line.split(";");
  const at = pair.indexOf("=");
  const name = pair.slice(0, at).trim();
  if (/; Expires=Thu, 01 Jan 1970/.test(line)) jar.delete(name);
  else jar.set(name, pair.slice(at + 1).trim());
}

const value = fc.oneof(
  text,
  fc.string({ maxLength: 20 }),
  fc.constantFrom("", " ", ";", ",", '"', '"q"', "%", "%41", "%zz", "a=b", "\\", "\r\nx: y", "ü"),
);
const names = fc.oneof(token, fc.constantFrom("__proto__", "constructor", "__Host-a", "toString"));
const jars = fc.uniqueArray(fc.tuple(names, value), { maxLength: 8, selector: ([name]) => name });

describe.each(hosts)("cookies through %s", (host) => {
  staysQuiet();

  it(
    "come back as they were set, or are gone when they were deleted",
    async () => {
      let toSet: [string, string][] = [];
      let toDelete: string[] = [];
      let seen: unknown;
      const POST = ({ cookies }: APIContext): Response => {
        for (const [name, given] of toSet) cookies.set(name, given, { path: "/", httpOnly: true });
        for (const name of toDelete) cookies.delete(name, { path: "/" });
        return new Response(null, { status: 204 });
      };
      const GET = ({ cookies }: APIContext): Response => {
        seen = toSet.map(([name]) => [name, cookies.has(name), cookies.get(name)?.value]);
        return new Response(null, { status: 204 });
      };
      const server = await start(host, { options: { routes: { "a.ts": { GET, POST } } } });
      await holds(60, fc.tuple(jars, fc.nat(3)), async ([given, deleted]) => {
        toSet = given;
        toDelete = given.slice(0, deleted).map(([name]) => name);
        const jar = new Map<string, string>();
        const answer = await server.raw("POST /a HTTP/1.1");
        for (const line of answer.headers["set-cookie"] ?? []) store(jar, line);
        const header = [...jar].map(([name, stored]) => `${name}=${stored}`).join("; ");
        await server.raw(["GET /a HTTP/1.1", ...(header ? [`Cookie: ${header}`] : [])]);
        const expected = given.map(([name, set]) =>
          toDelete.includes(name)
            ? [name, false, undefined]
            : [name, true, set === "" ? undefined : decoded(set)],
        );
        expect(seen).toEqual(expected);
      });
    },
    TIME,
  );
});

/** Plain values go out as they are, so one that looks encoded is read as if it were (as in Astro). */
function decoded(set: string): string {
  if (!/^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(set)) return set;
  try {
    return decodeURIComponent(set);
  } catch {
    return set;
  }
}
