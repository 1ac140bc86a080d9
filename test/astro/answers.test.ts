// What endpoints must return, and what becomes of what they throw.
import type { ErrorRequestHandler } from "express";
import { describe, expect, it } from "vitest";
import type { Routes } from "./_app.ts";
import { captureLog, tellsError, testApp, untyped, jsonOf } from "./_app.ts";
import { bridge, expressHost } from "./_express.ts";

/** What a handler gives, through an app whose 500 file tells the error. */
async function answerTo(handler: unknown) {
  const app = await testApp({ "a.ts": { GET: untyped(handler) }, "500.ts": tellsError });
  return app.fetch("/a");
}

describe("what an endpoint must return", () => {
  // E-20
  it.each([
    ["undefined", undefined],
    ["null", null],
    ["a string", "text"],
    ["a number", 42],
    ["an old style object", { body: "text" }],
    ["an array", []],
  ])("is a Response, not %s", async (_what, value) => {
    const response = await answerTo(() => value);
    expect(response.status).toBe(500);
    expect(await jsonOf(response)).toMatchObject({
      name: "EndpointDidNotReturnAResponse",
      code: "STARBRIDGE_ENDPOINT_DID_NOT_RETURN_A_RESPONSE",
    });
  });

  // E-20 N-errors: the row of differences.md, the host's handler gets it
  it("reaches the host as an error when it is not", async () => {
    const errors: { code?: string; message: string }[] = [];
    const host = await expressHost((app) => {
      app.use(bridge({ "a.ts": { GET: untyped(() => ({ body: "x" })) } }));
      app.use(((error, _req, res, _next) => {
        errors.push(error);
        res.status(error.statusCode).send("host");
      }) as ErrorRequestHandler);
    });
    const response = await host.fetch("/a");
    expect([response.status, await response.text()]).toEqual([500, "host"]);
    expect(errors.map((error) => error.code)).toEqual([
      "STARBRIDGE_ENDPOINT_DID_NOT_RETURN_A_RESPONSE",
    ]);
    expect(errors[0]?.message).toMatch(/GET.*a\.ts/);
  });

  // E-21: the row of differences.md
  it("may be a Response of another library, told by its shape", async () => {
    class Foreign {
      status = 201;
      statusText = "";
      ok = true;
      headers = new Headers({ "x-by": "foreign" });
      body = new Response("foreign").body;
      bodyUsed = false;
      async text() {
        return "foreign";
      }
      async arrayBuffer() {
        return new TextEncoder().encode("foreign").buffer;
      }
    }
    const response = await answerTo(() => new Foreign());
    expect([response.status, response.headers.get("x-by"), await response.text()]).toEqual([
      201,
      "foreign",
      "foreign",
    ]);
  });
});

describe("what an endpoint throws", () => {
  // E-22
  it("is an error whatever it is: an Error, a string, a Response", async () => {
    const thrown = async (value: unknown) =>
      answerTo(async () => {
        throw value;
      });
    const error = await thrown(new TypeError("broken"));
    expect(error.status).toBe(500);
    expect(await jsonOf(error)).toMatchObject({ name: "TypeError", message: "broken" });
    const text = await thrown("just text");
    expect(text.status).toBe(500);
    expect((await jsonOf(text)).message).toContain("just text");
    expect((await thrown(new Response("x", { status: 418 }))).status).toBe(500);
  });

  // E-22
  it("is logged or given to the host with its own identity", async () => {
    const mine = new Error("mine");
    const errors: unknown[] = [];
    const host = await expressHost((app) => {
      app.use(
        bridge({
          "a.ts": {
            GET: () => {
              throw mine;
            },
          },
        }),
      );
      app.use(((error, _req, res, _next) => {
        errors.push(error);
        res.status(503).end();
      }) as ErrorRequestHandler);
    });
    expect((await host.fetch("/a")).status).toBe(503);
    expect(errors).toEqual([mine]);
    expect(errors[0]).toBe(mine);
  });

  // E-23: the row of differences.md
  it.each([null, undefined, 0, "", "route"])(
    "is wrapped and reported when it is %o",
    async (value) => {
      const throws: Routes = {
        "a.ts": {
          GET: () => {
            throw value;
          },
        },
      };
      const errors: unknown[] = [];
      const host = await expressHost((app) => {
        app.use(bridge(throws));
        app.use(((error, _req, res, _next) => {
          errors.push(error);
          res.status(500).end();
        }) as ErrorRequestHandler);
      });
      expect((await host.fetch("/a")).status).toBe(500);
      expect(errors).toMatchObject([{ code: "STARBRIDGE_THROWN_VALUE", cause: value }]);
      expect(errors[0]).toBeInstanceOf(Error);
      const log = captureLog();
      const alone = await testApp(throws, { logger: log.logger });
      expect(await alone.status("/a")).toBe(500);
      expect(log.lines.filter((line) => line.level === "error")).toHaveLength(1);
    },
  );

  // E-23 E-42
  it("reaches the 500 file when it is null", async () => {
    const response = await answerTo(() => {
      throw null;
    });
    expect([response.status, (await jsonOf(response)).code ?? null]).toEqual([500, null]);
  });

  // E-24
  it("becomes an empty 500 without headers when nobody handles it", async () => {
    const log = captureLog();
    const app = await testApp(
      {
        "a.ts": {
          GET: () => {
            throw new Error("secret");
          },
        },
      },
      { logger: log.logger },
    );
    const response = await app.fetch("/a");
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect([...response.headers.keys()].filter((name) => name !== "content-length")).toEqual([]);
    expect(log.lines.some((line) => line.level === "error" && line.text.includes("secret"))).toBe(
      true,
    );
  });

  // E-28
  it("may be the RangeError of a status that Response refuses", async () => {
    const response = await answerTo(() => new Response(null, { status: 600 }));
    expect(response.status).toBe(500);
    expect((await jsonOf(response)).name).toBe("RangeError");
  });
});
