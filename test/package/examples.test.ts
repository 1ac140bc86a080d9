import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, get } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Jar, RunningExample } from "./_example.ts";
import { readCommands, requestAsCurl, runToEnd, startExample } from "./_example.ts";

type Answer = Awaited<ReturnType<typeof requestAsCurl>>;

/** What the requests of each example's README answer, in their order. */
const expected: Record<string, ((answer: Answer) => void)[]> = {
  "dev-reload": [
    says(200, { text: "Hi, tea!", visits: 1, pools: 1 }),
    says(200, { pools: 1, visits: 1 }),
  ],
  "express-hello": [says(200, { hello: "world" }), says(200, { from: "legacy" })],
  "fastify-hello": [says(200, { hello: "world" }), says(200, { from: "legacy" })],
  "express-commonjs": [
    (answer) => {
      says(200, { sku: "tea", cents: 300 })(answer);
      expect(answer.response.headers.get("x-served-by")).toBe("new");
    },
    says(200, { from: "legacy" }),
  ],
  "node-http": [says(200, "Hello from /\n"), says(200, "LOUDER")],
  middie: [says(200, { hello: "world" }), says(200, { from: "legacy" })],
  "middleware-and-rewrite": [
    (answer) => {
      says(200, { item: "5" })(answer);
      // The chain ran for both URLs: once for the article, once for the item.
      expect(answer.response.headers.get("server-timing")).toMatch(/^pages;dur=.*, pages;dur=/);
    },
    says(200, { item: "5", beta: true, askedFor: "/items/5" }),
    says(200, "A report for boss.\n"),
  ],
  "legacy-middleware": [
    ({ response, body }) => {
      expect(response.headers.get("content-encoding")).toBe("gzip");
      expect(response.headers.get("x-frame-options")).toBe("SAMEORIGIN");
      expect(response.headers.get("access-control-allow-origin")).toBe("https://shop.example");
      expect(body).toBe("compression() makes this small. ".repeat(200));
    },
    (answer) => {
      expect(answer.response.status).toBe(201);
      expect(JSON.parse(answer.body)).toMatchObject({ name: "package.json" });
      expect(answer.response.headers.get("access-control-allow-origin")).toBe(
        "https://shop.example",
      );
    },
    (answer) => {
      says(200, { count: 1 })(answer);
      expect(answer.response.headers.getSetCookie()[0]).toMatch(/^connect\.sid=/);
    },
  ],
};

describe("the examples", () => {
  it("are all run by a test", async () => {
    const folders = await readdir(new URL("../../examples", import.meta.url), {
      withFileTypes: true,
    });
    const names = folders.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    expect(names.sort()).toEqual(
      [
        ...Object.keys(expected),
        "bundled-esbuild",
        "bundled-vite",
        "legacy-shop",
        "prerender",
        "testing",
      ].sort(),
    );
  });

  it.each(Object.keys(expected))("%s answers as its README says", async (name) => {
    const { start, curls } = await readCommands(name);
    const example = await startExample(start);
    const answers: Answer[] = [];
    for (const curl of curls) answers.push(await requestAsCurl(curl, example.url));
    const { stderr } = await example.stop();

    expect(answers).toHaveLength(expected[name]?.length ?? 0);
    expected[name]?.forEach((check, index) => {
      check(answers[index] as Answer);
    });
    expect(stderr).toBe("");
  });

  it("testing passes under node --test", async () => {
    const { start } = await readCommands("testing");
    const { code, output } = await runToEnd(start);

    expect(output).toContain("pass 3");
    expect(code).toBe(0);
  });

  it("middleware-and-rewrite keeps strangers out of /admin", async () => {
    const example = await startExample(["examples/middleware-and-rewrite/server.js"]);
    const response = await fetch(`${example.url}/admin/report`);
    await example.stop();

    expect(response.status).toBe(403);
    expect(response.headers.get("server-timing")).toMatch(/^pages;dur=/);
  });

  it("legacy-middleware shares its session with legacy and answers a preflight", async () => {
    const example = await startExample(["examples/legacy-middleware/server.js"]);
    const first = await fetch(`${example.url}/visits`, { method: "POST" });
    const cookie = String(first.headers.getSetCookie()[0]?.split(";")[0]);
    const legacy = await fetch(`${example.url}/legacy/visits`, { headers: { cookie } });
    const seen = await legacy.json();
    const preflight = await fetch(`${example.url}/photos`, {
      method: "OPTIONS",
      headers: { origin: "https://shop.example", "access-control-request-method": "POST" },
    });
    await example.stop();

    expect(seen).toEqual({ count: 1 });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-methods")).toContain("POST");
  });
});

const hosts = ["express", "fastify"];
const shops = new Map<string, RunningExample>();
const answers = new Map<string, Answer[]>();

describe("legacy-shop", () => {
  beforeAll(async () => {
    for (const host of hosts) {
      const shop = await startExample(["examples/legacy-shop/start.js", host], /api\/logout'/);
      shops.set(host, shop);
      const jars = new Map<string, Jar>();
      const list: Answer[] = [];
      for (const { curl } of printedLines(shop)) {
        list.push(await requestAsCurl(curl, shop.url, jars));
      }
      answers.set(host, list);
    }
  });

  afterAll(async () => {
    for (const shop of shops.values()) await shop.stop();
  });

  it.each(hosts)("answers every printed line, on %s", (host) => {
    const rows = answersOf(host).map(
      ({ method, path, response }) => `${response.status} ${method} ${path}`,
    );
    expect(rows).toEqual([
      "200 GET /health",
      "200 GET /api/products",
      "200 GET /api/products/pot-iron",
      "404 GET /api/products/none",
      "200 GET /api/categories",
      "404 GET /api/nothing",
      "401 GET /api/me",
      "200 POST /api/login",
      "200 GET /api/me",
      "201 POST /api/cart/items",
      "200 GET /api/cart",
      "200 PUT /api/cart/items/tea-mint",
      "201 POST /api/checkout",
      "204 DELETE /api/cart",
      "200 GET /api/account/orders",
      "200 GET /api/account/orders/1003/invoice",
      "202 POST /api/contact",
      "201 POST /api/uploads",
      "200 GET /api/uploads/1",
      "200 GET /api/news/events",
      "200 GET /api/stock/events",
      "200 POST /api/webhooks/payment",
      "200 POST /api/webhooks/shipping",
      "403 GET /api/admin/orders.csv",
      "200 POST /api/login",
      "200 GET /api/admin/orders.csv",
      "200 GET /api/admin/stats",
      "201 POST /api/products",
      "204 POST /api/logout",
    ]);
  });

  it.each(hosts)("is served by the side that the printed line names, on %s", (host) => {
    const lines = printedLines(shops.get(host) as RunningExample);
    const served = answersOf(host).map(({ response }) => response.headers.get("x-served-by"));
    expect(lines.map(({ world }) => world)).toContain("legacy");
    lines.forEach(({ world, title }, index) => {
      // Who refuses is the host, on either side of the bridge.
      if (!answersOf(host)[index]?.response.ok) return;
      expect(`${title}: ${served[index]}`).toBe(`${title}: ${world}`);
    });
  });

  it("gives the same answers on Express and on Fastify", () => {
    expect(answersOf("fastify").map(comparable)).toEqual(answersOf("express").map(comparable));
  });

  it.each(hosts)("refuses in the shop's own error format on both sides, on %s", async (host) => {
    const { url } = shops.get(host) as RunningExample;
    const headers = { "x-shop-signature": "sha256=0", "content-type": "application/json" };
    const forged = { method: "POST", headers, body: "{}" };
    const refusals = [
      await fetch(`${url}/api/webhooks/payment`, forged),
      await fetch(`${url}/api/webhooks/shipping`, forged),
    ];
    for (const response of refusals) {
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({
        error: { code: "bad_signature", message: "The signature does not fit the body." },
      });
    }
    const guarded = ["/api/admin/stats", "/api/admin/orders.csv", "/api/account/orders"];
    for (const path of [...guarded, "/api/account/orders/1001/invoice"]) {
      const response = await fetch(url + path);
      expect(`${response.status} ${path}`).toBe(`401 ${path}`);
      expect(await response.json()).toEqual({
        error: { code: "login_required", message: "Log in first." },
      });
    }
    for (const path of ["/api/login", "/api/cart/items/tea-mint"]) {
      const method = path === "/api/login" ? "POST" : "PUT";
      const broken = { method, headers: { "content-type": "application/json" }, body: "{" };
      const response = await fetch(url + path, broken);
      expect(await response.json()).toEqual({
        error: { code: "bad_request", message: "The request could not be read." },
      });
    }
  });

  it.each(hosts)("streams events for as long as the client stays, on %s", async (host) => {
    const { url } = shops.get(host) as RunningExample;
    for (const path of ["/api/news/events", "/api/stock/events"]) {
      // Not fetch(): after an abort it opens another connection, which keeps the server from closing.
      const request = get(url + path, { agent: false });
      const [events] = await once(request, "response");
      let text = "";
      for await (const chunk of events) {
        text += chunk;
        if (text.includes("id: 2")) break;
      }
      request.destroy();
      expect(text).toMatch(/^id: 1\ndata: .*\n\nid: 2\n/);
    }
  });

  it("takes the next free port when its own is taken", async () => {
    const other = createServer().listen(0);
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const shop = await startExample(["examples/legacy-shop/start.js"], /api\/logout'/, port);
    const health = await (await fetch(`${shop.url}/health`)).json();
    await shop.stop();
    other.close();

    expect(Number(new URL(shop.url).port)).toBeGreaterThan(port);
    expect(health).toEqual({ status: "ok" });
  });

  it.each(hosts)("ends by itself, without a word on stderr, on %s", async (host) => {
    const { code, stderr } = await (shops.get(host) as RunningExample).stop();
    expect(stderr).toBe("");
    expect(code).toBe(0);
  });
});

function says(status: number, body: unknown) {
  return (answer: Answer) => {
    expect(answer.response.status).toBe(status);
    expect(typeof body === "string" ? answer.body : JSON.parse(answer.body)).toEqual(body);
  };
}

function answersOf(host: string): Answer[] {
  return answers.get(host) ?? [];
}

function printedLines({ output }: RunningExample) {
  const lines = output.matchAll(/^\[(new|legacy)\] +(.*)\n {2}(curl .*)$/gm);
  return [...lines].map(([, world = "", title = "", curl = ""]) => ({ world, title, curl }));
}

/** What a client of the shop relies on; the session's cookie has another name on each host. */
function comparable({ method, path, response, body }: Answer) {
  const { headers, status } = response;
  const names = ["content-type", "content-disposition", "location", "cache-control"];
  const cookies = headers.getSetCookie().map((cookie) => cookie.split("=")[0]);
  return {
    asked: `${method} ${path}`,
    status,
    headers: names.map((name) => headers.get(name)),
    cookies: cookies.filter((name) => name !== "connect.sid" && name !== "sessionId"),
    body,
  };
}
