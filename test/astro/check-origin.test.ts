// security.checkOrigin: cross-site writes that a browser sends without asking.
import { describe, expect, it } from "vitest";
import type { Options } from "./_app.ts";
import { captureLog, says, testApp } from "./_app.ts";
import { bridge, expressHost } from "./_express.ts";

const FORM = "application/x-www-form-urlencoded";
const EVIL = "http://evil.test";
const OWN = "http://localhost";
type Check = NonNullable<NonNullable<Options["security"]>["checkOrigin"]>;

async function statusOf(
  checkOrigin: Check | undefined,
  headers: Record<string, string>,
  method = "POST",
) {
  const app = await testApp(
    { "a.ts": { ALL: () => new Response("served") } },
    checkOrigin === undefined ? {} : { security: { checkOrigin } },
  );
  // A text body would bring a content type of its own.
  const body = /^(GET|HEAD)$/.test(method) ? undefined : new TextEncoder().encode("a=1");
  return app.status("/a", { method, headers, body });
}

describe.each(["astro", true] as const)("checkOrigin: %j", (checkOrigin) => {
  //
  it.each(["GET", "HEAD", "OPTIONS"])("lets %s pass", async (method) => {
    expect(await statusOf(checkOrigin, { origin: EVIL, "content-type": FORM }, method)).toBe(200);
  });

  //
  it("lets the own origin pass, whatever the type", async () => {
    for (const type of [FORM, "multipart/form-data; boundary=x", "text/plain"]) {
      expect(await statusOf(checkOrigin, { origin: OWN, "content-type": type })).toBe(200);
    }
    expect(await statusOf(checkOrigin, { origin: OWN })).toBe(200);
  });

  // X-02 D-37
  it.each([EVIL, "null", "http://localhost:81", "https://localhost", "http://localhost.evil.test"])(
    "takes %s for another origin",
    async (origin) => {
      expect(await statusOf(checkOrigin, { origin, "content-type": FORM })).toBe(403);
    },
  );

  // X-03 D-37
  it.each([
    FORM,
    "APPLICATION/X-WWW-FORM-URLENCODED; charset=utf-8",
    "multipart/form-data;x",
    "TEXT/plain",
    "application/json; x=text/plain",
  ])("refuses the type %s from elsewhere", async (type) => {
    expect(await statusOf(checkOrigin, { origin: EVIL, "content-type": type })).toBe(403);
  });

  //
  it.each(["application/json", "application/octet-stream", "text/html"])(
    "lets the type %s pass, which a form cannot send",
    async (type) => {
      expect(await statusOf(checkOrigin, { origin: EVIL, "content-type": type })).toBe(200);
    },
  );

  // X-04 D-37
  it.each(["POST", "PUT", "PATCH", "DELETE", "PROPFIND"])(
    "refuses %s without a type from elsewhere",
    async (method) => {
      expect(await statusOf(checkOrigin, { origin: EVIL }, method)).toBe(403);
    },
  );
});

describe("checkOrigin", () => {
  // X-02 X-04: the row of differences.md, no browser evidence passes
  it("lets callers pass that are no browser", async () => {
    expect(await statusOf(true, { "content-type": FORM })).toBe(200);
    expect(await statusOf(true, {})).toBe(200);
    expect(await statusOf(undefined, {})).toBe(200);
    expect(await statusOf(true, {}, "DELETE")).toBe(200);
  });

  // the row of differences.md, Sec-Fetch-Site first
  it("believes what the browser says about the site", async () => {
    const form = { "content-type": FORM };
    expect(await statusOf(true, { ...form, "sec-fetch-site": "same-origin", origin: EVIL })).toBe(
      200,
    );
    expect(await statusOf(true, { ...form, "sec-fetch-site": "none" })).toBe(200);
    expect(await statusOf(true, { ...form, "sec-fetch-site": "cross-site" })).toBe(403);
    expect(await statusOf(true, { ...form, "sec-fetch-site": "cross-site", origin: OWN })).toBe(
      403,
    );
    expect(await statusOf(true, { ...form, "sec-fetch-site": "same-site" })).toBe(403);
    expect(
      await statusOf(true, { "content-type": "application/json", "sec-fetch-site": "cross-site" }),
    ).toBe(200);
  });

  // X-02 X-04
  it('refuses a missing origin under "astro"', async () => {
    expect(await statusOf("astro", { "content-type": FORM })).toBe(403);
    expect(await statusOf("astro", {})).toBe(403);
    expect(await statusOf("astro", {}, "DELETE")).toBe(403);
    expect(await statusOf("astro", { "content-type": "application/json" })).toBe(200);
    expect(await statusOf("astro", { "sec-fetch-site": "same-origin", "content-type": FORM })).toBe(
      403,
    );
  });

  //
  it("is on unless it is switched off", async () => {
    expect(await statusOf(undefined, { origin: EVIL, "content-type": FORM })).toBe(403);
    expect(await statusOf(false, { origin: EVIL, "content-type": FORM })).toBe(200);
    expect(await statusOf(false, { "sec-fetch-site": "cross-site" })).toBe(200);
  });

  // X-05 M-05
  it("answers 403 as text before any middleware, without an error page", async () => {
    let runs = 0;
    const app = await testApp(
      {
        "a.ts": { ALL: () => new Response("served") },
        "404.ts": says("page"),
        "500.ts": says("page"),
      },
      {
        middleware: (_context, next) => {
          runs += 1;
          return next();
        },
      },
    );
    for (const method of ["POST", "DELETE"]) {
      const response = await app.fetch("/a", { method, headers: { origin: EVIL } });
      expect(response.status).toBe(403);
      expect(response.headers.get("content-type")).toMatch(/^text\/plain/);
      expect(await response.text()).toMatch(new RegExp(`^Cross-site ${method}`));
    }
    expect(runs).toBe(0);
  });

  // X-06 M-60
  it("is asked again for every run of the chain", async () => {
    const app = await testApp({
      "source.ts": {
        GET: (context) =>
          context.rewrite(
            new Request(new URL("/target", context.url), {
              method: "DELETE",
              headers: { origin: EVIL },
            }),
          ),
      },
      "target.ts": { ALL: () => new Response("deleted") },
    });
    expect(await app.status("/source")).toBe(403);
  });

  // X-02 X-24: the row of differences.md at X-21, the origin is the one that the host trusts
  it("compares with the public origin behind a trusted proxy", async () => {
    const host = await expressHost((app) => {
      app.set("trust proxy", true);
      app.use(
        bridge({ "a.ts": { POST: () => new Response("served") } }, { logger: captureLog().logger }),
      );
    });
    const post = (origin: string) =>
      host.fetch("/a", {
        method: "POST",
        body: "a=1",
        headers: {
          "content-type": FORM,
          origin,
          "x-forwarded-proto": "https",
          "x-forwarded-host": "shop.test",
        },
      });
    expect((await post("https://shop.test")).status).toBe(200);
    expect((await post("http://shop.test")).status).toBe(403);
    expect((await post(host.origin)).status).toBe(403);
  });
});
