// A guard in front of us, or in our chain, holds for every spelling of what it guards.
import { sequence } from "starbridge";
import type { APIContext, BridgeOptions } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName, LegacyHandler } from "../_hosts.ts";

const routes = {
  "admin/secret.ts": { GET: () => new Response("the secret") },
  "public.ts": { GET: ({ url }: APIContext) => new Response(url.pathname) },
  "users/[id]/comments.ts": { GET: () => new Response("comments") },
  "files/[...path].ts": { GET: () => new Response("files") },
  "to.ts": { GET: ({ rewrite, url }: APIContext) => rewrite(url.searchParams.get("to") ?? "/") },
};

const legacy: Record<string, LegacyHandler> = {
  "GET /admin/legacy": () => ({ text: "legacy admin" }),
  "GET /legacy": () => ({ text: "legacy" }),
};

// D-01 D-03 D-04 D-06
const spellings = [
  "/admin/secret",
  "/admin/secret/",
  "/admin/secret?",
  "/x/../admin/secret",
  "/./admin/secret",
  "/admin/./secret",
  "/files/../admin/secret",
  "/files/%2e%2e/admin/secret",
  "/%2e/admin/secret",
  "//admin/secret",
  "///admin/secret",
  "/admin//secret",
  "/admin/secret//",
  "/%61dmin/secret",
  "/%2561dmin/secret",
  "/admin%2fsecret",
  "/admin%5csecret",
  "/admin\\secret",
  "\\admin\\secret",
  "/ADMIN/secret",
  "/Admin/Secret",
  "/admin;x/secret",
  "/admin/secret;x",
  "/admin/secret%00",
  "/admin/secret%20",
  "/admin/secret.",
  "/%E0%A4%A/admin/secret",
  "/admin%ZZ/secret",
  "/%",
  "/%zz",
  "/%C0%AFadmin/secret",
  "/%c1%a1dmin/secret",
  "/admin/s%65cret",
  "/\xd0\xb0dmin/secret",
  "http://evil.test/admin/secret",
  "http://h.test/admin/secret",
  "/admin/secret#x",
];

export function guards(host: HostName): void {
  // FX-E, FX-F: the guard is the host's.
  it.each(spellings)("of the host: %j gives no secret away", async (target) => {
    const server = await start(host, { guard: "/admin", options: { routes }, legacy });
    const answer = await server.raw(`GET ${target} HTTP/1.1`);
    expect(answer.body).not.toContain("the secret");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.location).toBeUndefined();
    const allowed = await server.raw(["GET /admin/secret HTTP/1.1", "Authorization: yes"]);
    expect([allowed.status, allowed.body]).toEqual([200, "the secret"]);
  });

  describe("of our chain", () => {
    // FX-M: the guard is a middleware of ours, and tests the pathname as everybody writes it.
    const options: BridgeOptions = {
      routes,
      middleware: (context, next) => {
        const guarded = context.url.pathname.startsWith("/admin");
        return guarded && !context.request.headers.has("authorization")
          ? new Response("chain 401", { status: 401 })
          : next();
      },
    };

    it.each(spellings)("%j gives no secret away", async (target) => {
      const server = await start(host, { options, legacy });
      const answer = await server.raw(`GET ${target} HTTP/1.1`);
      expect(answer.body).not.toContain("the secret");
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
    });

    // D-31: the chain covers the files, not the host. Legacy is guarded in the host.
    it("covers matched routes only: legacy below the same path is the host's to guard", async () => {
      const server = await start(host, { options, legacy });
      expect((await server.raw("GET /admin/secret HTTP/1.1")).body).toBe("chain 401");
      expect((await server.raw("GET /admin/legacy HTTP/1.1")).body).toBe("legacy admin");
      for (const target of ["/ADMIN/legacy", "/admin/legacy/", "/admin//legacy"]) {
        const answer = await server.raw(`GET ${target} HTTP/1.1`);
        expect(["legacy admin", "host 404"], target).toContain(answer.body);
      }
    });

    // D-33: `context.rewrite` runs the chain again, so its guard sees the target.
    it.each([
      "/admin/secret",
      "admin/secret",
      "//admin/secret",
      "/%61dmin/secret",
      "/%2561dmin/secret",
      "/x/../admin/secret",
      "/admin\\secret",
      "\\admin/secret",
      "/admin/%2e/secret",
      "http://evil.test/admin/secret",
      "//evil.test/admin/secret",
      "http://evil.test",
      "//evil.test",
      "javascript:alert(1)",
      "/admin%2fsecret",
      "/%zz",
    ])("holds for a rewrite to %j that a client chose", async (to) => {
      const server = await start(host, { options, legacy });
      const answer = await server.raw(`GET /to?to=${encodeURIComponent(to)} HTTP/1.1`);
      expect(answer.body).not.toContain("the secret");
      expect(answer.headers.location).toBeUndefined();
      expect(answer.status).toBeGreaterThanOrEqual(400);
    });

    // D-33 M-82
    it("is not outrun by a rewrite to itself, which ends in 508", async () => {
      const server = await start(host, { options, legacy });
      const loop = encodeURIComponent("/to?to=/to");
      const nested = `/to?to=${encodeURIComponent(`/to?to=${loop}`)}`;
      const answer = await server.raw(`GET /to?to=${encodeURIComponent(nested)} HTTP/1.1`);
      expect(answer.status).toBe(508);
    });

    // D-33: `next(payload)` does not run the chain again; the guard must stand behind the rewriting one.
    it("sees the target of next(payload) when it stands behind it in a sequence", async () => {
      const guard = options.middleware as Exclude<
        typeof options.middleware,
        string | false | undefined
      >;
      const server = await start(host, {
        options: {
          routes,
          middleware: sequence(
            ({ url }, next) => next(url.searchParams.get("to") ?? undefined),
            guard,
          ),
        },
      });
      for (const to of [
        "/admin/secret",
        "//admin/secret",
        "/%61dmin/secret",
        "http://evil.test/admin/secret",
      ]) {
        const answer = await server.raw(`GET /public?to=${encodeURIComponent(to)} HTTP/1.1`);
        expect(answer.body, to).not.toContain("the secret");
      }
      expect((await server.raw("GET /public HTTP/1.1")).body).toBe("/public");
    });
  });

  it("of the host does not see the target of a rewrite: what is rewritten to is the chain's to guard", async () => {
    const server = await start(host, { guard: "/admin", options: { routes }, legacy });
    const answer = await server.raw("GET /to?to=/admin/secret HTTP/1.1");
    expect([answer.status, answer.body]).toEqual([200, "the secret"]);
  });

  if (traitsOf(host).mounts === "none") return;

  it("of the host holds below a mount as well", async () => {
    const server = await start(host, { guard: "/mnt/admin", mount: ["/mnt"], options: { routes } });
    for (const target of [
      "/mnt/admin/secret",
      "/mnt//admin/secret",
      "/mnt/%61dmin/secret",
      "//mnt/admin/secret",
    ]) {
      const answer = await server.raw(`GET ${target} HTTP/1.1`);
      expect(answer.body, target).not.toContain("the secret");
    }
  });
}
