// Express with the middleware that everybody mounts in front: what it sees of a page, and does to it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import compression from "compression";
import cookieParser from "cookie-parser";
import cors from "cors";
import type express5 from "express";
import session from "express-session";
import helmet from "helmet";
import morgan from "morgan";
import type { APIContext, BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/express";
import { describe, expect, it, onTestFinished } from "vitest";
import { raw } from "../_raw.ts";
import { listener } from "./_listen.ts";
import { deferred, within } from "./_quiet.ts";

const page = (GET: (context: APIContext) => Response | Promise<Response>): BridgeOptions => ({
  routes: { "users/[id].ts": { GET } },
});
const hello = page(() => new Response("hello"));

/** Registers what middleware in front of the bridge sees, for one of Express's majors. */
export function expressFront(express: typeof express5): void {
  const listen = listener();

  it("answers a request that comes before the start is over, with a relative root, too", async () => {
    const root = mkdtempSync(join(tmpdir(), "starbridge-relative-"));
    onTestFinished(() => rmSync(root, { recursive: true, force: true }));
    mkdirSync(join(root, "src/pages"), { recursive: true });
    writeFileSync(join(root, "package.json"), '{ "type": "module" }');
    writeFileSync(join(root, "src/pages/a.js"), 'export const GET = () => new Response("a");');
    const { get } = await listen(
      express().use(starbridge({ root: relative(process.cwd(), root), dev: false })),
    );
    expect(await (await get("/a")).text()).toBe("a");
  });

  describe("the route while a page is served", () => {
    it("is req.route, with the pattern as Express writes it, and req.baseUrl", async () => {
      const seen: unknown[] = [];
      const app = express();
      app.use((req, res, next) => {
        res.on("finish", () => seen.push([req.route?.path, req.baseUrl, req.originalUrl]));
        next();
      });
      app.use("/mnt", starbridge(hello));
      const { get } = await listen(app);
      await (await get("/mnt/users/7?x")).text();
      await expect.poll(() => seen).toEqual([["/users/:id", "/mnt", "/mnt/users/7?x"]]);
    });

    it("is seen by the error handler too", async () => {
      let seen: unknown;
      const app = express();
      app.use(
        "/mnt",
        starbridge(
          page(() => {
            throw new Error("boom");
          }),
        ),
      );
      app.use(((_error, req, res, _next) => {
        seen = req.route?.path;
        res.status(500).end();
      }) satisfies express5.ErrorRequestHandler);
      const { get } = await listen(app);
      expect((await get("/mnt/users/7")).status).toBe(500);
      expect(seen).toBe("/users/:id");
    });

    it("is told to OpenTelemetry, where the host has loaded it", async () => {
      const root = mkdtempSync(join(tmpdir(), "starbridge-telemetry-"));
      onTestFinished(() => rmSync(root, { recursive: true }));
      const modules = {
        api: "exports.metadata = {}; exports.context = { active: () => exports.metadata };",
        core: 'require("@opentelemetry/api"); exports.getRPCMetadata = (context) => context;',
      };
      for (const [name, source] of Object.entries(modules)) {
        const folder = join(root, "node_modules/@opentelemetry", name);
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "index.js"), source);
      }
      const require = createRequire(join(root, "server.js"));
      require("@opentelemetry/core");
      const app = express();
      app.use("/mnt", starbridge({ ...hello, root }));
      const { get } = await listen(app);
      expect((await get("/mnt/users/7")).status).toBe(200);
      expect(require("@opentelemetry/api").metadata).toEqual({ route: "/mnt/users/:id" });
    });

    it("is not left behind by a fall-through or a pass()", async () => {
      const app = express();
      app.use(starbridge(page(({ pass }) => pass())));
      app.use((req, res) => {
        res.json([
          Object.hasOwn(req, "route") ? req.route : "none",
          req.url,
          req.baseUrl,
          req.params,
        ]);
      });
      const { get } = await listen(app);
      for (const path of ["/users/7", "/other"]) {
        const [route, ...rest] = (await (await get(path)).json()) as unknown[];
        expect([undefined, null, "none"], path).toContain(route);
        expect(rest, path).toEqual([path, "", {}]);
      }
    });

    it("shows in a morgan line with the status and the length that went out", async () => {
      const lines: string[] = [];
      morgan.token("route", (req) => String((req as express5.Request).route?.path));
      const app = express();
      const stream = { write: (line: string) => void lines.push(line.trim()) };
      app.use(morgan(":method :url :route :status :res[content-length]", { stream }));
      app.use(starbridge(page(() => new Response("hello", { status: 201 }))));
      const { get } = await listen(app);
      await (await get("/users/7")).text();
      await expect.poll(() => lines).toEqual(["GET /users/7 /users/:id 201 5"]);
    });
  });

  describe("middleware in front", () => {
    it("compression packs a page as it packs a legacy answer", async () => {
      const text = "long enough to be packed ".repeat(200);
      const app = express();
      app.use(compression());
      app.use(starbridge(page(() => new Response(text))));
      const { port } = await listen(app);
      const answer = await raw(port, ["GET /users/7 HTTP/1.1", "Accept-Encoding: gzip"]);
      expect(answer.headers["content-encoding"]).toEqual(["gzip"]);
      expect(answer.headers["content-length"]).toBeUndefined();
      expect(answer.headers.vary).toEqual(["Accept-Encoding"]);
      expect(gunzipSync(Buffer.from(answer.body, "latin1")).toString()).toBe(text);
    });

    // D-54 B46
    it("compression lets each event of a stream through when it is made", async () => {
      const gates = [deferred(), deferred()];
      const app = express();
      app.use(compression());
      app.use(
        starbridge(
          page(() => {
            const body = new ReadableStream({
              async start(controller) {
                for (const [index, gate] of gates.entries()) {
                  controller.enqueue(new TextEncoder().encode(`data: ${index}\n\n`));
                  await gate.promise;
                }
                controller.close();
              },
            });
            return new Response(body, { headers: { "content-type": "text/event-stream" } });
          }),
        ),
      );
      const { get } = await listen(app);
      const answer = await get("/users/7", { headers: { "accept-encoding": "gzip" } });
      expect(answer.headers.get("content-encoding")).toBe("gzip");
      const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (const [index, gate] of gates.entries()) {
        const event = await within(5000, `event ${index}`, reader?.read() ?? Promise.reject());
        expect(event.value).toBe(`data: ${index}\n\n`);
        gate.resolve();
      }
      expect((await reader?.read())?.done).toBe(true);
    });

    it("compression takes a large stream with back-pressure and no warning", async () => {
      const app = express();
      app.use(compression());
      app.use(
        starbridge(
          page(() => {
            let left = 300;
            const body = new ReadableStream({
              pull(controller) {
                left -= 1;
                controller.enqueue(new Uint8Array(65_536).fill(left % 251));
                if (left === 0) controller.close();
              },
            });
            return new Response(body, { headers: { "content-type": "text/plain" } });
          }),
        ),
      );
      const { get } = await listen(app);
      const answer = await get("/users/7");
      expect((await answer.arrayBuffer()).byteLength).toBe(300 * 65_536);
    });

    it("express-session gives a page its session, and keeps what the page put there", async () => {
      const app = express();
      app.use(session({ secret: "s", resave: false, saveUninitialized: false }));
      app.use(
        starbridge({
          ...page(({ locals, cookies }) => {
            const { session: cart } = locals as { session: { items?: number } };
            cart.items = (cart.items ?? 0) + 1;
            cookies.set("page", "1");
            return Response.json(cart.items);
          }),
          locals: (host) => ({ session: Object(host).req.session }) as App.Locals,
        }),
      );
      const { get } = await listen(app);
      const first = await get("/users/7");
      const sent = first.headers.getSetCookie();
      expect(sent.map((cookie) => cookie.split("=")[0]).sort()).toEqual(["connect.sid", "page"]);
      const sid = sent.find((cookie) => cookie.startsWith("connect.sid"))?.split(";")[0] ?? "";
      const second = await get("/users/7", { headers: { cookie: sid } });
      expect([await first.json(), await second.json()]).toEqual([1, 2]);
    });

    it("helmet, cors and cookie-parser leave their marks on a page", async () => {
      const app = express();
      app.use(helmet(), cors({ origin: "http://app.test", credentials: true }), cookieParser());
      app.use(
        starbridge(
          page(({ host, cookies }) => {
            const { req } = host as unknown as { req: express5.Request };
            return Response.json([req.cookies.a, cookies.get("a")?.value], {
              headers: { vary: "Accept" },
            });
          }),
        ),
      );
      const { get } = await listen(app);
      const headers = { origin: "http://app.test", cookie: "a=1" };
      const answer = await get("/users/7", { headers });
      expect(await answer.json()).toEqual(["1", "1"]);
      expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
      expect(answer.headers.get("access-control-allow-origin")).toBe("http://app.test");
      expect(answer.headers.get("vary")?.split(/, ?/).sort()).toEqual(["Accept", "Origin"]);
      const preflight = await get("/users/7", {
        method: "OPTIONS",
        headers: { ...headers, "access-control-request-method": "GET" },
      });
      expect(preflight.status).toBe(204);
    });

    it("adds no etag of its own", async () => {
      const app = express();
      app.use(starbridge(hello));
      const { get } = await listen(app);
      expect((await get("/users/7")).headers.get("etag")).toBeNull();
    });
  });
}
