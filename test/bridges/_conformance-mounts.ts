// Mounted below a path: the path belongs to the URL, not to the route.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start, traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const facts = ({ url, request, params, routePattern, originPathname }: APIContext): Response =>
  Response.json({ url: url.href, request: request.url, params, routePattern, originPathname });

export function mounts(host: HostName): void {
  const { mounts: kind, http1 } = traitsOf(host);
  const routes = {
    "index.ts": { GET: facts },
    "a.ts": { GET: facts },
    "users/[id].ts": { GET: facts },
    "to.ts": {
      GET: ({ rewrite, url }: APIContext) => rewrite(url.searchParams.get("path") ?? ""),
    },
  };

  const places = kind === "nested" ? [["/mnt"], ["/api", "/v1"]] : [["/mnt"]];
  describe.each(places.map((mount) => ({ mount, base: mount.join("") })))(
    "at $base",
    ({ mount, base }) => {
      const mounted = () =>
        start(host, {
          mount,
          options: { routes },
          legacy: {
            [`GET ${base}/legacy`]: ({ url }) => ({ text: `legacy ${url}` }),
            "GET /a": () => ({ text: "legacy root a" }),
          },
        });

      // D-60 R-63 M-81
      it("keeps the path in the URL and out of params, pattern and originPathname", async () => {
        const server = await mounted();
        const answer = await server.fetch(`${base}/users/7?x=1`);
        expect(await answer.json()).toEqual({
          url: `${server.origin}${base}/users/7?x=1`,
          request: `${server.origin}${base}/users/7?x=1`,
          params: { id: "7" },
          routePattern: "/users/[id]",
          originPathname: "/users/7",
        });
      });

      // D-35
      it("answers its root under the bare path, with a query and with a slash, and redirects nowhere", async () => {
        const server = await mounted();
        for (const target of [base, `${base}?x`, `${base}/`]) {
          const answer = await server.fetch(target);
          expect(answer.status, target).toBe(200);
          expect(await answer.json(), target).toMatchObject({
            url: server.origin + target,
            routePattern: "/",
          });
        }
      });

      // D-35 R-61 R-62
      it("ends at a segment, and is not there without its path", async () => {
        const server = await mounted();
        for (const target of [`${base}X/a`, `${base}a`, "/users/7", `${base}${base}/a`]) {
          const answer = await server.fetch(target);
          expect([answer.status, await answer.text()], target).toEqual([404, "host 404"]);
        }
        expect(await (await server.fetch("/a")).text()).toBe("legacy root a");
      });

      it("leaves req.url to the legacy route as it was", async () => {
        const server = await mounted();
        const answer = await server.fetch(`${base}/legacy?x=%2F`);
        expect(await answer.text()).toBe(`legacy ${base}/legacy?x=%2F`);
      });

      // M-71
      it("rewrites to a path with or without its own", async () => {
        const server = await mounted();
        for (const path of ["/users/8", `${base}/users/8`]) {
          const answer = await server.fetch(`${base}/to?path=${encodeURIComponent(path)}`);
          expect(await answer.json(), path).toMatchObject({
            url: `${server.origin}${base}/users/8`,
            params: { id: "8" },
          });
        }
      });

      if (!http1) return;

      // D-35
      it.each(["//evil.test/", "//a", "/./a", "/../a", "/%2e/a", "/a%2f", "\\a"])(
        "does not own its path followed by %j",
        async (rest) => {
          const server = await mounted();
          const answer = await server.raw(`GET ${base}${rest} HTTP/1.1`);
          expect([400, 404]).toContain(answer.status);
          expect(answer.headers.location).toBeUndefined();
        },
      );
    },
  );

  it("seems the same to the host before and after it", async () => {
    const seen: unknown[] = [];
    const server = await start(host, {
      mount: ["/mnt"],
      before: [({ req }) => void seen.push(req.url)],
      options: { routes },
      notFound: ({ url, req }) => ({
        status: 404,
        text: JSON.stringify([url, (req as { baseUrl?: string }).baseUrl ?? ""]),
      }),
    });
    const answer = await server.fetch("/mnt/none?x=1");
    expect(await answer.json()).toEqual(["/mnt/none?x=1", ""]);
    expect(seen).toEqual(["/mnt/none?x=1"]);
  });
}
