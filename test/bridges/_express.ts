// What Express adds: settings, routers, starting and closing.
import { resolve } from "node:path";
import type express5 from "express";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/express";
import { describe, expect, it } from "vitest";
import { expressFront } from "./_express-front.ts";
import { closesGracefully, slowPages } from "./_graceful.ts";
import { listener } from "./_listen.ts";
import { staysQuiet } from "./_quiet.ts";

const page = (GET: (context: APIContext) => Response | Promise<Response>): BridgeOptions => ({
  routes: { "users/[id].ts": { GET } },
});
const hello = page(() => new Response("hello"));

/** Registers what is special about Express, for one of its majors. */
export function expressManners(express: typeof express5): void {
  staysQuiet();
  const listen = listener();
  expressFront(express);

  describe("settings (R3)", () => {
    const answers = async (settings: Record<string, boolean>, paths: string[]) => {
      const app = express();
      for (const [name, value] of Object.entries(settings)) app.set(name, value);
      app.use(starbridge({ routes: { "a.ts": { GET: () => new Response("page") } } }));
      app.get("/a", (_req, res) => void res.send("legacy"));
      app.use((_req, res) => void res.send("none"));
      const { get } = await listen(app);
      return await Promise.all(paths.map(async (path) => await (await get(path)).text()));
    };

    it("a trailing slash is ours as long as the app is not strict", async () => {
      expect(await answers({}, ["/a", "/a/"])).toEqual(["page", "page"]);
      expect(await answers({ "strict routing": true }, ["/a", "/a/"])).toEqual(["page", "none"]);
    });

    it("another case is never ours, and the legacy route's business", async () => {
      expect(await answers({}, ["/A"])).toEqual(["legacy"]);
      expect(await answers({ "case sensitive routing": true }, ["/A"])).toEqual(["none"]);
    });
  });

  describe("routers", () => {
    it("nest, and what they matched stays in the URL", async () => {
      const inner = express.Router({ mergeParams: true });
      inner.use(
        starbridge(
          page(({ url, params, host }) => {
            const { req } = host as unknown as { req: express5.Request };
            return Response.json([url.pathname, params, req.params, req.baseUrl]);
          }),
        ),
      );
      const app = express();
      app.use("/t/:tenant", inner);
      const { get } = await listen(app);
      expect(await (await get("/t/acme/users/7")).json()).toEqual([
        "/t/acme/users/7",
        { id: "7" },
        { tenant: "acme" },
        "/t/acme",
      ]);
    });

    it("two bridges of one app do not meet", async () => {
      const app = express();
      app.use("/one", starbridge({ routes: { "a.ts": { GET: () => new Response("one") } } }));
      app.use("/two", starbridge({ routes: { "a.ts": { GET: () => new Response("two") } } }));
      const { get } = await listen(app);
      expect(await (await get("/one/a")).text()).toBe("one");
      expect(await (await get("/two/a")).text()).toBe("two");
    });

    it("a legacy route in front wins, one behind gets the rest, parsed by its own parser", async () => {
      const app = express();
      app.get("/users/me", (_req, res) => void res.send("legacy me"));
      app.use(starbridge(hello));
      app.use(express.json());
      app.post("/users/:id", (req, res) => void res.json([req.params.id, req.body]));
      const { get } = await listen(app);
      expect(await (await get("/users/me")).text()).toBe("legacy me");
      expect(await (await get("/users/7")).text()).toBe("hello");
      const posted = await get("/users/7", {
        method: "POST",
        body: '{"a":1}',
        headers: { "content-type": "application/json" },
      });
      expect(await posted.json()).toEqual(["7", { a: 1 }]);
    });
  });

  it("gives pages the host's own req and res", async () => {
    const app = express();
    let own: unknown;
    app.use((req, res, next) => {
      own = [req, res];
      next();
    });
    const seen: unknown[] = [];
    app.use(
      starbridge(
        page(({ host }) => {
          const { kind, req, res } = host as unknown as Record<string, unknown>;
          seen.push(kind, [req, res]);
          return new Response("ok");
        }),
      ),
    );
    const { get } = await listen(app);
    await get("/users/7");
    expect(seen[0]).toBe("express");
    expect(
      (seen[1] as unknown[]).map((value, index) => value === (own as unknown[])[index]),
    ).toEqual([true, true]);
  });

  describe("starting and closing", () => {
    it("ready() rejects what went wrong at start, requests get it as an error, and legacy goes on", async () => {
      const app = express();
      const bridge = starbridge({ root: resolve("no/such/folder"), logger: silent });
      const seen: unknown[] = [];
      app.get("/legacy", (_req, res) => void res.send("legacy"));
      app.use(bridge);
      app.use(((error, _req, res, _next) => {
        seen.push(error);
        res.status(500).end("host error page");
      }) satisfies express5.ErrorRequestHandler);
      const { get } = await listen(app);
      await expect(bridge.ready()).rejects.toMatchObject({
        code: "STARBRIDGE_ROOT_NOT_FOUND",
        hint: expect.any(String),
      });
      expect(await (await get("/legacy")).text()).toBe("legacy");
      expect((await get("/users/7")).status).toBe(500);
      expect(seen).toMatchObject([{ code: "STARBRIDGE_ROOT_NOT_FOUND" }]);
    });

    it("a failed start that nobody asks about is no unhandled rejection", async () => {
      const app = express();
      app.use(starbridge({ root: resolve("no/such/folder"), logger: silent }));
      app.use(((_error, _req, res, _next) => {
        res.status(500).end();
      }) satisfies express5.ErrorRequestHandler);
      const { get } = await listen(app);
      expect((await get("/a")).status).toBe(500);
    });

    it.each([
      [{ rooot: "x" }, "STARBRIDGE_UNKNOWN_OPTION"],
      [{ root: 5 }, "STARBRIDGE_INVALID_OPTION"],
      [{ session: {} }, "STARBRIDGE_UNKNOWN_OPTION"],
      [{ routes: { "a.ts": 5 } }, "STARBRIDGE_INVALID_OPTION"],
      [{ routes: { "[a][b].ts": { GET: () => new Response() } } }, "STARBRIDGE_INVALID_ROUTE"],
    ])("the options %o are a %s at start", async (options, code) => {
      // Thrown at once, or known when the folder was read: both before the first request.
      const started = async () =>
        await starbridge({ ...options, logger: silent } as BridgeOptions).ready();
      await expect(started()).rejects.toMatchObject({ code, hint: expect.any(String) });
    });

    it("requests wait for the start", async () => {
      const app = express();
      app.use(
        starbridge({ routes: { "a.ts": async () => ({ GET: () => new Response("lazy") }) } }),
      );
      const { get } = await listen(app);
      expect(await (await get("/a")).text()).toBe("lazy");
    });

    it("close() lets short requests finish, ends streams, and lets the server close", async () => {
      const pages = slowPages();
      const app = express();
      const bridge = starbridge(pages.options);
      app.use(bridge);
      const { origin, server } = await listen(app);
      await closesGracefully(origin, pages, () => {
        const closed = new Promise((done) => server.close(done));
        return Promise.all([closed, bridge.close()]);
      });
    });
  });
}

const silent = { info() {}, warn() {}, error() {} };
