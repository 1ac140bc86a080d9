// Spellings of a path, as they stand in the request line: which are ours, and what the endpoint then sees.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import type { RawAnswer } from "../_raw.ts";
import { within } from "./_quiet.ts";

const seen = ({ params, url, request, routePattern }: APIContext): Response =>
  Response.json({
    params,
    pathname: url.pathname,
    search: url.search,
    request: new URL(request.url).pathname,
    routePattern,
  });
const jsonOf = ({ body }: RawAnswer) => JSON.parse(Buffer.from(body, "latin1").toString());
const file = { GET: seen };
const routes = {
  "index.ts": file,
  "users/[id].ts": file,
  "users/me.ts": file,
  "files/[...path].ts": file,
  "sp ace.ts": file,
  "ünï.ts": file,
  "p-[a]-[b]-[c]z.ts": file,
  "[name].json.ts": file,
  "deep/static/name.ts": file,
};

export function paths(host: HostName): void {
  const get = async (target: string) => {
    const server = await start(host, { options: { routes } });
    return await server.raw(`GET ${target} HTTP/1.1`);
  };

  describe("of a dynamic segment", () => {
    // P-02: decoded once, reserved characters left encoded.
    it.each([
      ["/users/a%20b", "a b", "/users/a%20b"],
      ["/users/a%2Fb%20c", "a%2Fb c", "/users/a%2Fb%20c"],
      ["/users/a%3Fb%23c%26d", "a%3Fb%23c%26d", "/users/a%3Fb%23c%26d"],
      ["/users/a+b", "a+b", "/users/a+b"],
      ["/users/%61%7e%c3%bc", "a~ü", "/users/a~%C3%BC"],
      ["/users/%2561", "%61", "/users/%2561"],
      ["/users/a;b=c", "a;b=c", "/users/a;b=c"],
      ["/users/a.", "a.", "/users/a."],
      ["/users/...", "...", "/users/..."],
      ["/users/a:b@c,d$e=f", "a:b@c,d$e=f", "/users/a:b@c,d$e=f"],
      ["/users/__proto__", "__proto__", "/users/__proto__"],
      ["/users/ME", "ME", "/users/ME"],
    ])("%s gives %j", async (target, id, pathname) => {
      const answer = await get(target);
      expect(answer.status).toBe(200);
      expect(jsonOf(answer)).toMatchObject({
        params: { id },
        pathname,
        request: pathname,
      });
    });

    // R2, P-05, P-02: a value that a guard in front of us may have read as something else.
    it.each([
      "/users/.",
      "/users/..",
      "/users/%2e",
      "/users/%2E%2e",
      "/users/.%2e",
      "/users/a%5Cb",
      "/users/a%00",
      "/users/a%0d%0ab",
      "/users/a%7f",
      "/users/%6De",
      "/users/%6d%65",
      "/users/%C0%AF",
      "/users/%C3",
      "/users/%ff",
      "/users/%zz",
      "/users/%",
      "/users/%E0%A4%A",
      "/users/%u0061",
    ])("%s is not ours", async (target) => {
      const answer = await get(target);
      expect([400, 404]).toContain(answer.status);
      expect(answer.body).not.toContain("routePattern");
    });
  });

  describe("of a rest", () => {
    it.each([
      ["/files/a/b/c", "a/b/c"],
      ["/files/a%20b/c%2Fd", "a b/c%2Fd"],
      ["/files/a.b/.well-known", "a.b/.well-known"],
    ])("%s gives %j", async (target, path) => {
      expect(jsonOf(await get(target))).toMatchObject({ params: { path } });
    });

    it("/files alone gives a param that is there and has no value", async () => {
      const answer = await get("/files");
      expect([answer.status, jsonOf(answer).routePattern]).toEqual([200, "/files/[...path]"]);
    });

    it.each([
      "/files/a//b",
      "/files//a",
      "/files/a/../b",
      "/files/a/%2e%2e/b",
      "/files/a%2F..%2Fb",
      "/files/a%2f%2e%2e",
      "/files/..%2fb",
      "/files/a%5c..%5cb",
      "/files/a/./b",
    ])("%s is not ours", async (target) => {
      const answer = await get(target);
      expect([400, 404]).toContain(answer.status);
      expect(answer.body).not.toContain("routePattern");
    });
  });

  describe("of a static segment", () => {
    it.each(["/sp%20ace", "/%C3%BCn%C3%AF", "/%c3%bcn%c3%af", "/deep/static/name"])(
      "%s is its spelling",
      async (target) => {
        expect((await get(target)).status).toBe(200);
      },
    );

    // D-04
    it.each([
      "/deep/st%61tic/name",
      "/%64eep/static/name",
      "/deep/static/n%2561me",
      "/sp%2520ace",
      "/deep%2Fstatic/name",
    ])("%s is not", async (target) => {
      const answer = await get(target);
      expect([400, 404]).toContain(answer.status);
    });
  });

  // N-74 D-13
  it.each([
    "http://h.test/users/1",
    "http://evil.test/users/1",
    "h.test/users/1",
    "users/1",
    "http://h.test",
    "*",
    "/users/1#f",
    "/users/a\xfc",
    "/users\\1",
    "\\users\\1",
  ])("the target %j is no origin-form, and not ours", async (target) => {
    const answer = await get(target);
    expect(answer.body).not.toContain("routePattern");
    expect(answer.status).not.toBe(500);
  });

  // D-15
  it("leaves OPTIONS * to the host", async () => {
    const server = await start(host, { options: { routes: { "[...all].ts": { ALL: seen } } } });
    const answer = await server.raw("OPTIONS * HTTP/1.1");
    expect(answer.body).not.toContain("routePattern");
    expect(answer.status).not.toBe(500);
    expect((await server.raw("GET /x HTTP/1.1")).status).toBe(200);
  });

  it.each([
    ["/users/1?", ""],
    ["/users/1??x", "??x"],
    ["/users/1?a=%61&b=%zz", "?a=%61&b=%zz"],
    ["/users/1?/../x//y", "?/../x//y"],
    ["/users/1?http://evil.test/", "?http://evil.test/"],
  ])("the query of %s is as it came", async (target, search) => {
    const answer = await get(target);
    expect(jsonOf(answer)).toMatchObject({ pathname: "/users/1", search });
  });

  it("a dot and a suffix after a param are text", async () => {
    expect(jsonOf(await get("/data.v2.json"))).toMatchObject({
      params: { name: "data.v2" },
    });
  });

  // D-23
  it.each([
    ["a path of 15 KB", `/users/${"x".repeat(15_000)}`],
    ["a query of 15 KB", `/users/1?${"x".repeat(15_000)}`],
    ["three params and 7,000 separators", `/p-${"a-".repeat(7000)}`],
    ["a rest of 7,000 segments", `/files${"/a".repeat(7000)}`],
  ])("%s is answered and holds nobody up", async (_name, target) => {
    const answer = await within(3000, "an answer", get(target));
    expect([200, 404, 414, 431]).toContain(answer.status);
  });

  describe("with trailingSlash set", () => {
    const body = new Map([
      ["/a", "always"],
      ["/a/", "never"],
    ]);

    // R-40 R-47
    it.each(["ignore", "always", "never"] as const)(
      'to "%s" follows Astro on every host',
      async (trailingSlash) => {
        const server = await start(host, {
          options: { routes: { "a.ts": file, "data.json.ts": file }, trailingSlash },
        });
        for (const [target, refusedBy] of body) {
          const answer = await server.raw(`GET ${target} HTTP/1.1`);
          expect(answer.status, target).toBe(refusedBy === trailingSlash ? 404 : 200);
        }
        expect((await server.raw("GET /data.json HTTP/1.1")).status).toBe(200);
        expect((await server.raw("GET /data.json/ HTTP/1.1")).status).toBe(404);
      },
    );

    // D-39
    it.each(["always", "never"] as const)(
      'to "%s" redirects nobody to another origin',
      async (trailingSlash) => {
        const server = await start(host, {
          options: { routes: { "[...all].ts": file }, trailingSlash },
        });
        const targets = [
          "//evil.test/",
          "//evil.test",
          "/\\evil.test/",
          "/%5Cevil.test/",
          "/evil.test//",
          "/.//evil.test",
        ];
        for (const target of targets) {
          const answer = await server.raw(`GET ${target} HTTP/1.1`);
          const location = answer.headers.location?.[0] ?? "/";
          expect(new URL(location, "http://h.test").origin, target).toBe("http://h.test");
          expect(answer.status, target).not.toBe(500);
        }
      },
    );
  });
}
