// Cookies on the wire: in which order they go out, and until when they can be set.
import { describe, expect, it } from "vitest";
import { captureLog, says, testApp } from "./_app.ts";
import { expressHost, expressWith, bridge } from "./_express.ts";

describe("on the wire", () => {
  // K-11 K-14
  it("warns about a cookie that is set after the answer, and does not throw", async () => {
    const log = captureLog();
    let late: unknown = "not tried";
    const app = await testApp(
      {
        "a.ts": {
          GET: ({ cookies }) => {
            cookies.set("early", "1");
            const body = new ReadableStream(
              {
                pull(controller) {
                  try {
                    cookies.set("late", "1");
                    late = "set";
                  } catch (error) {
                    late = error;
                  }
                  controller.enqueue(new TextEncoder().encode("x"));
                  controller.close();
                },
              },
              { highWaterMark: 0 },
            );
            return new Response(body);
          },
        },
      },
      { logger: log.logger },
    );
    const response = await app.fetch("/a");
    expect(response.headers.getSetCookie()).toEqual(["early=1"]);
    expect([await response.text(), late]).toEqual(["x", "set"]);
    expect(log.lines.some((line) => line.level === "warn" && line.text.includes("late"))).toBe(
      true,
    );
  });

  // K-12
  it("puts the answer's own Set-Cookie first, and keeps equal names", async () => {
    const app = await testApp({
      "a.ts": {
        GET: ({ cookies }) => {
          cookies.set("same", "jar");
          cookies.set("jar", "1");
          return new Response("a", {
            headers: [
              ["set-cookie", "same=raw"],
              ["set-cookie", "raw=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT"],
            ],
          });
        },
      },
    });
    expect((await app.fetch("/a")).headers.getSetCookie()).toEqual([
      "same=raw",
      "raw=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
      "same=jar",
      "jar=1",
    ]);
  });

  // K-12 D-50
  it("keeps what the host set, each in a line of its own", async () => {
    const host = await expressHost((app) => {
      app.use((_req, res, next) => {
        res.cookie("host", "1");
        next();
      });
      app.use(
        bridge({
          "a.ts": {
            GET: ({ cookies }) => {
              cookies.set("jar", "1");
              return new Response("a", { headers: { "set-cookie": "raw=1" } });
            },
          },
        }),
      );
    });
    const response = await host.fetch("/a");
    expect(response.headers.getSetCookie()).toEqual(["host=1; Path=/", "raw=1", "jar=1"]);
  });

  // K-13
  it("sends what is set at any time before the chain ends, whoever answers", async () => {
    const app = await testApp(
      { "a.ts": says("a"), "e.ts": { GET: () => new Response(null, { status: 304 }) } },
      {
        middleware: async ({ cookies }, next) => {
          cookies.set("before", "1");
          const response = await next();
          cookies.set("after", "1");
          return response;
        },
      },
    );
    for (const path of ["/a", "/e"]) {
      const sent = (await app.fetch(path)).headers.getSetCookie();
      expect(sent).toEqual(["before=1", "after=1"]);
    }
  });

  // K-01 K-13
  it("round-trips through a real server", async () => {
    const host = await expressWith({
      "set.ts": {
        GET: ({ cookies }) => {
          cookies.set("v", "ä b;c", { path: "/", httpOnly: true });
          return new Response();
        },
      },
      "get.ts": { GET: ({ cookies }) => new Response(cookies.get("v")?.value) },
    });
    const [line = ""] = (await host.fetch("/set")).headers.getSetCookie();
    const cookie = line.split(";")[0] ?? "";
    expect(await (await host.fetch("/get", { headers: { cookie } })).text()).toBe("ä b;c");
  });
});
