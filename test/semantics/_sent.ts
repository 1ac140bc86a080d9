// What an endpoint or a middleware returns is what the client gets, whatever was done to the Response on its way.
import type { MiddlewareHandler } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { bytes, streamOf } from "./_observe.ts";
import { rows } from "./_response-bodies.ts";
import type { ResponseClass } from "./_response.ts";

/** What an endpoint answers with, and the middleware around it. */
interface Answer {
  GET: (R: ResponseClass) => Response | Promise<Response>;
  middleware?: (R: ResponseClass) => MiddlewareHandler;
}

type Sent = readonly [title: string, answer: Answer["GET"] | Answer, expected: unknown];

const TEXT = "text/plain;charset=UTF-8";
const after =
  (change: (response: Response, R: ResponseClass) => Response | Promise<Response>) =>
  (R: ResponseClass): MiddlewareHandler =>
  async (_context, next) =>
    await change(await next(), R);
const body = (response: Response): ReadableStream<Uint8Array> =>
  response.body as ReadableStream<Uint8Array>;

/** Responses that arrive: status, content type, `x-a`, cookies, body. */
const arriving: Sent[] = [
  ...rows.map(
    ([name, make, type, text]): Sent => [
      `${name} as the body`,
      (R) => new R(make() as never),
      [200, type, null, [], text],
    ],
  ),
  ["no body", (R) => new R(), [200, null, null, [], ""]],
  ["Response.json()", (R) => R.json({ a: 1 }), [200, "application/json", null, [], '{"a":1}']],
  [
    "a status and headers",
    (R) => new R("made", { status: 201, headers: { "X-A": "1", "content-type": "x/y" } }),
    [201, "x/y", "1", [], "made"],
  ],
  [
    "a header beyond ASCII, before text within it",
    (R) => new R("text", { headers: { "x-a": "\x80caf\xe9" } }),
    [200, TEXT, "\x80caf\xe9", [], "text"],
  ],
  [
    "a header beyond ASCII, before text beyond it",
    (R) => new R('"é€"', { headers: { "x-a": "caf\xe9", "content-type": "application/json" } }),
    [200, "application/json", "caf\xe9", [], '"é€"'],
  ],
  [
    "cookies, each by itself",
    (R) =>
      new R("x", {
        headers: [
          ["set-cookie", "a=1"],
          ["set-cookie", "b=2, c"],
        ],
      }),
    [200, TEXT, null, ["a=1", "b=2, c"], "x"],
  ],
  [
    "headers that were changed afterwards",
    (R) => {
      const response = new R("x");
      response.headers.set("x-a", "1");
      response.headers.delete("content-type");
      return response;
    },
    [200, null, "1", [], "x"],
  ],
  [
    "a body that was looked at",
    (R) => {
      const response = new R("looked at");
      response.body?.getReader().releaseLock();
      return response;
    },
    [200, TEXT, null, [], "looked at"],
  ],
  [
    "a Response whose clone was read",
    async (R) => {
      const response = new R("twice");
      await response.clone().text();
      return response;
    },
    [200, TEXT, null, [], "twice"],
  ],
  [
    "the clone of a Response that was read",
    async (R) => {
      const response = new R("twice", { headers: { "x-a": "1" } });
      const clone = response.clone();
      await response.text();
      return clone;
    },
    [200, TEXT, "1", [], "twice"],
  ],
  [
    "the clone of a stream whose original is cancelled",
    (R) => {
      const response = new R(streamOf(bytes("one "), bytes("two")));
      const clone = response.clone();
      body(response)
        .cancel()
        .catch(() => {});
      return clone;
    },
    [200, null, null, [], "one two"],
  ],
  [
    "a Response made of another one's body and init",
    (R) => {
      const other = new R("moved", { status: 202, headers: { "x-a": "1" } });
      return new R(other.body, other);
    },
    [202, TEXT, "1", [], "moved"],
  ],
  [
    "a platform Response made of body and init of one of the class",
    (R) => {
      const other = new R("moved", { status: 202, headers: { "x-a": "1" } });
      return new globalThis.Response(other.body, other);
    },
    [202, TEXT, "1", [], "moved"],
  ],
  [
    "one branch of a body that was teed",
    (R) => {
      const [one, two] = body(new R("teed")).tee();
      two.cancel().catch(() => {});
      return new R(one);
    },
    [200, null, null, [], "teed"],
  ],
  [
    "bytes that are overwritten after the return",
    (R) => {
      const source = bytes("before");
      const response = new R(source);
      queueMicrotask(() => source.fill(120));
      return response;
    },
    [200, null, null, [], "before"],
  ],
  [
    "an instance of a derived class, by its own status",
    (R) => {
      class Mine extends R {}
      return new Mine("mine", { status: 203, headers: { "x-a": "1" } });
    },
    [203, TEXT, "1", [], "mine"],
  ],
  ["a frozen Response", (R) => Object.freeze(new R("frozen")), [200, TEXT, null, [], "frozen"]],
  [
    "a Response that carries something of the user's",
    (R) => Object.assign(new R("carried"), { mine: 1 }),
    [200, TEXT, null, [], "carried"],
  ],
  [
    "headers that middleware adds to a redirect",
    {
      GET: (R) => R.redirect("http://x.test/", 303),
      middleware: after((response) => {
        response.headers.set("x-a", "1");
        response.headers.append("set-cookie", "a=1");
        return response;
      }),
    },
    [303, null, "1", ["a=1"], ""],
  ],
  [
    "a body that middleware reads and replaces",
    {
      GET: (R) => new R("small"),
      middleware: after(
        async (response, R) => new R((await response.text()).toUpperCase(), response),
      ),
    },
    [200, TEXT, null, [], "SMALL"],
  ],
  [
    "a body that middleware reads through a clone",
    {
      GET: (R) => new R("logged"),
      middleware: after(async (response) => {
        response.headers.set("x-a", await response.clone().text());
        return response;
      }),
    },
    [200, TEXT, "logged", [], "logged"],
  ],
  [
    "another Response of middleware, the first one cancelled",
    {
      GET: (R) => new R("first"),
      middleware: after(async (response, R) => {
        await response.body?.cancel();
        return new R("second", { status: 418 });
      }),
    },
    [418, TEXT, null, [], "second"],
  ],
];

/** Responses that cannot be sent: the host's error handler is told which. */
const refused: Sent[] = [
  [
    "a body that was read",
    async (R) => {
      const response = new R("x");
      await response.text();
      return response;
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  [
    "a body that is locked",
    (R) => {
      const response = new R("x");
      body(response).getReader();
      return response;
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  [
    "a body of which a chunk was taken",
    async (R) => {
      const response = new R(streamOf(bytes("x"), bytes("y")));
      const reader = body(response).getReader();
      await reader.read();
      reader.releaseLock();
      return response;
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  [
    "a body that was cancelled",
    async (R) => {
      const response = new R("x");
      await response.body?.cancel();
      return response;
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  [
    "a body that was handed to another Response, and read there",
    async (R) => {
      const response = new R("x");
      await new R(response.body).text();
      return response;
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  [
    "a body that middleware has read",
    {
      GET: (R) => new R("x"),
      middleware: after(async (response) => {
        await response.text();
        return response;
      }),
    },
    "STARBRIDGE_RESPONSE_UNUSABLE",
  ],
  ["Response.error()", (R) => R.error(), "STARBRIDGE_RESPONSE_UNUSABLE"],
];

/**
 * Registers the list for a host and a class.
 *
 * @param host The host.
 * @param name Of the class, for the titles.
 * @param Class What endpoints and middleware make their answers with.
 */
export function sentSemantics(host: HostName, name: string, Class: ResponseClass): void {
  const running = (answer: Sent[1]) => {
    const { GET, middleware } = typeof answer === "function" ? { GET: answer } : answer;
    const routes = { "a.ts": { GET: () => GET(Class) } };
    return start(host, { options: { routes, middleware: middleware?.(Class) ?? false } });
  };

  describe(`${name} through ${host}`, () => {
    describe("arrives:", () => {
      it.each(arriving.map((row) => [...row] as const))("%s", async (_title, answer, expected) => {
        const server = await running(answer);
        const got = await server.fetch("/a");
        const { status, headers } = got;
        const named = [headers.get("content-type"), headers.get("x-a"), headers.getSetCookie()];
        const text = Buffer.from(await got.arrayBuffer()).toString();
        expect([status, ...named, text]).toEqual(expected);
        expect(server.errors).toEqual([]);
      });
    });

    describe("is the host's error:", () => {
      it.each(refused.map((row) => [...row] as const))("%s", async (_title, answer, expected) => {
        const server = await running(answer);
        const got = await server.fetch("/a");
        expect([got.status, await got.text()]).toEqual([500, "host error page"]);
        expect(server.errors).toHaveLength(1);
        expect(server.errors).toMatchObject([{ code: expected }]);
      });
    });
  });
}
