// Failures of user code: the host's own handler gets each once, as long as the head is not out.
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

export function errors(host: HostName): void {
  const answering = (GET: unknown) =>
    start(host, { options: { routes: { "a.ts": { GET } as Record<string, unknown> } } });

  it.each(["throws", "rejects"])("hands over the very error that an endpoint %s", async (how) => {
    const boom = Object.assign(new Error("secret text"), { statusCode: 418 });
    const server = await answering(() => {
      if (how === "rejects") return Promise.reject(boom);
      throw boom;
    });
    const answer = await server.fetch("/a");
    expect([answer.status, answer.headers.get("x-host-error")]).toEqual([418, "1"]);
    expect(await answer.text()).toBe("host error page");
    expect(server.errors).toHaveLength(1);
    expect(server.errors[0]).toBe(boom);
  });

  it.each(["before", "after"])(
    "hands over the error of a middleware that throws %s next()",
    async (when) => {
      const boom = new Error("secret text");
      const server = await start(host, {
        options: {
          routes: { "a.ts": { GET: () => new Response("a") } },
          middleware: async (_context, next) => {
            if (when === "after") await next();
            throw boom;
          },
        },
      });
      expect((await server.fetch("/a")).status).toBe(500);
      expect(server.errors).toEqual([boom]);
      expect(server.errors[0]).toBe(boom);
    },
  );

  it("lets a middleware catch what the endpoint threw", async () => {
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": {
            GET: () => {
              throw new Error("caught");
            },
          },
        },
        middleware: async (_context, next) => {
          try {
            return await next();
          } catch (error) {
            return new Response((error as Error).message, { status: 409 });
          }
        },
      },
    });
    const answer = await server.fetch("/a");
    expect([answer.status, await answer.text()]).toEqual([409, "caught"]);
    expect(server.errors).toEqual([]);
  });

  // D-46 B51
  describe("that are no Error", () => {
    const thrown = [
      null,
      undefined,
      "route",
      "router",
      "text",
      42,
      0,
      "",
      false,
      { a: 1 },
      Symbol("s"),
    ];

    it.each(thrown)("%o reaches the host as an Error that carries it", async (value) => {
      const server = await answering(() => Promise.reject(value));
      const answer = await server.fetch("/a");
      expect([answer.status, await answer.text()]).toEqual([500, "host error page"]);
      expect(server.errors).toHaveLength(1);
      expect(server.errors[0]).toBeInstanceOf(Error);
      expect(server.errors[0]).toMatchObject({ code: "STARBRIDGE_THROWN_VALUE", cause: value });
    });

    it("a thrown Response is an error like any, whatever its status", async () => {
      const server = await answering(() => Promise.reject(new Response("no", { status: 403 })));
      expect((await server.fetch("/a")).status).toBe(500);
      expect(server.errors).toHaveLength(1);
      expect(server.errors[0]).toBeInstanceOf(Error);
    });
  });

  // D-46 E-20
  it.each([undefined, null, { body: "old style" }, 42, "text", [], new Map()])(
    "an endpoint that returns %o is an error with a name",
    async (value) => {
      const server = await answering(() => value);
      expect((await server.fetch("/a")).status).toBe(500);
      expect(server.errors).toMatchObject([
        {
          name: "EndpointDidNotReturnAResponse",
          code: "STARBRIDGE_ENDPOINT_DID_NOT_RETURN_A_RESPONSE",
          statusCode: 500,
        },
      ]);
    },
  );

  // B51
  it("waits for a thenable, and rejects one that gives no Response", async () => {
    const thenable = (value: unknown) => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what this is about.
      then: (resolve: (value: unknown) => void) => resolve(value),
    });
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": { GET: () => thenable(new Response("then")), POST: () => thenable(1) },
        },
        security: { checkOrigin: false },
      },
    });
    expect(await (await server.fetch("/a")).text()).toBe("then");
    expect((await server.fetch("/a", { method: "POST" })).status).toBe(500);
    expect(server.errors).toHaveLength(1);
  });

  // B47 R9
  it("takes a Response of another realm by its shape", async () => {
    class ForeignResponse {
      #real = new Response("foreign", { status: 203, headers: { "x-foreign": "1" } });
      get status() {
        return this.#real.status;
      }
      get statusText() {
        return this.#real.statusText;
      }
      get ok() {
        return true;
      }
      get headers() {
        return this.#real.headers;
      }
      get body() {
        return this.#real.body;
      }
      get bodyUsed() {
        return this.#real.bodyUsed;
      }
      get [Symbol.toStringTag]() {
        return "Response";
      }
    }
    const server = await answering(() => new ForeignResponse());
    const answer = await server.fetch("/a");
    expect([answer.status, answer.headers.get("x-foreign"), await answer.text()]).toEqual([
      203,
      "1",
      "foreign",
    ]);
  });

  it("reads a status from no error that carries none, and none of its text goes out", async () => {
    const server = await answering(({ url }: APIContext) => {
      throw new TypeError(`secret ${url.pathname}`);
    });
    const answer = await server.fetch("/a");
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain("secret");
    expect([...answer.headers].join()).not.toContain("secret");
  });

  it("fails each request alike, and goes on serving the others", async () => {
    const server = await start(host, {
      options: {
        routes: {
          "bad.ts": {
            GET: () => {
              throw new Error("again");
            },
          },
          "good.ts": { GET: () => new Response("good") },
        },
      },
    });
    for (let round = 1; round <= 5; round += 1) {
      expect((await server.fetch("/bad")).status).toBe(500);
      expect(await (await server.fetch("/good")).text()).toBe("good");
      expect(server.errors).toHaveLength(round);
    }
  });

  it("answers with the 500 file instead of the host's handler, the error in its props", async () => {
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": {
            GET: () => {
              throw new Error("for the page");
            },
          },
          "500.ts": {
            GET: ({ props }: APIContext) =>
              new Response((props.error as Error).message, {
                status: 500,
                headers: { "x-page": "1" },
              }),
          },
        },
      },
    });
    const answer = await server.fetch("/a");
    expect([answer.status, answer.headers.get("x-page"), await answer.text()]).toEqual([
      500,
      "1",
      "for the page",
    ]);
    expect(server.errors).toEqual([]);
  });

  describe("of a module", () => {
    const boom = new Error("evaluated badly");
    const failure = {
      code: "STARBRIDGE_MODULE_FAILED",
      message: expect.stringContaining("bad.ts"),
      cause: boom,
    };
    const routes = {
      "bad.ts": () => Promise.reject(boom),
      "good.ts": { GET: () => new Response("good") },
    };

    // Fastify's table names methods, so what cannot be lexed is loaded for it: there it is known at start.
    if (host === "fastify") {
      it("that throws while it loads stop the start with the file's name", async () => {
        await expect(start(host, { options: { routes } })).rejects.toMatchObject(failure);
      });
    } else {
      it("that throws while it loads reach the host with the file's name, and the next request", async () => {
        const server = await start(host, { options: { routes } });
        expect((await server.fetch("/bad")).status).toBe(500);
        expect(server.errors).toMatchObject([failure]);
        expect(await (await server.fetch("/good")).text()).toBe("good");
      });
    }

    it("whose GET is no function are told when it is asked for", async () => {
      const server = await start(host, {
        options: { routes: { "a.ts": async () => ({ GET: "text" }) } },
      });
      expect((await server.fetch("/a")).status).toBe(500);
      expect(server.errors).toMatchObject([{ code: "STARBRIDGE_HANDLER_NOT_A_FUNCTION" }]);
    });
  });
}
