// `const OK = new Response("ok")` at the top of a module, returned to everybody. As Fetch has it, a body can be sent once:
// the second time is a clear error, never a hang and never half an answer. Without a body it answers for ever. Either
// way nothing of one request reaches another.
import type { APIContext, MiddlewareHandler } from "starbridge";
import { Response as Light } from "starbridge/web";
import { describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start } from "../_hosts.ts";
import { staysQuiet, within } from "./_quiet.ts";

const hosts: HostName[] = [
  "express 4",
  "express 5",
  "fastify",
  "fastify + middie",
  "connect",
  "node:http",
  "http2",
];
const Native = globalThis.Response;
const bodies: Record<string, () => ConstructorParameters<typeof Native>[0]> = {
  text: () => "ok",
  "no text": () => "",
  bytes: () => new TextEncoder().encode("ok"),
  stream: () => new Blob(["ok"]).stream(),
};

/** Adds a header and a cookie of this one request, after more than a turn of the event loop. */
const stamp: MiddlewareHandler = async ({ url }, next) => {
  const response = await next();
  await new Promise((resolve) => setImmediate(resolve));
  const who = url.searchParams.get("who") ?? "";
  response.headers.append("x-for", who);
  response.headers.append("set-cookie", `stamp=${who}`);
  return response;
};

describe.each(hosts)("a Response that is a constant, on %s", (host) => {
  staysQuiet();

  describe.each([
    ["light", Light],
    ["native", Native],
  ])("%s", (_name, R) => {
    async function answering(
      constant: Response,
      { cookies = false, middleware = false }: { cookies?: boolean; middleware?: boolean },
    ) {
      const GET = (context: APIContext) => {
        if (cookies) context.cookies.set("page", String(context.url.searchParams.get("who")));
        return constant;
      };
      const server = await start(host, {
        options: { routes: { "a.ts": { GET } }, ...(middleware && { middleware: stamp }) },
      });
      const ask = async (who: number) => {
        const answer = await within(5000, "the answer", server.fetch(`/a?who=${who}`));
        const { status, headers } = answer;
        return {
          status,
          body: await within(5000, "the body", answer.text()),
          own: headers.get("x-own"),
          for: headers.get("x-for"),
          cookies: headers.getSetCookie(),
        };
      };
      return { server, ask };
    }

    it.each([{}, { cookies: true }, { middleware: true }, { cookies: true, middleware: true }])(
      "without a body answers a hundred times, each for itself (%o)",
      async (setup) => {
        const init = { status: 202, headers: { "x-own": "1", "set-cookie": "own=1" } };
        const constant = new R(null, init);
        const { ask } = await answering(constant, setup);
        for (let who = 0; who < 100; who++) {
          expect(await ask(who)).toEqual({
            status: 202,
            body: "",
            own: "1",
            for: setup.middleware ? String(who) : null,
            cookies: [
              "own=1",
              ...(setup.middleware ? [`stamp=${who}`] : []),
              ...(setup.cookies ? [`page=${who}`] : []),
            ],
          });
        }
        expect([...constant.headers]).toEqual([...new Native(null, init).headers]);
      },
    );

    it.each(
      Object.keys(bodies).flatMap((body) => [
        { body, cookies: false },
        { body, cookies: true },
      ]),
    )("with a body answers once, and is an error from then on (%o)", async ({ body, cookies }) => {
      const constant = new R(bodies[body]?.());
      const { server, ask } = await answering(constant, { cookies });
      const first = await ask(0);
      expect([first.status, first.body]).toEqual([200, body === "no text" ? "" : "ok"]);
      expect(first.cookies).toEqual(cookies ? ["page=0"] : []);
      const times = body === "text" ? 100 : 5;
      for (let who = 1; who < times; who++) {
        const answer = await ask(who);
        expect([answer.status, answer.cookies]).toEqual([500, []]);
      }
      expect(server.errors).toHaveLength(times - 1);
      for (const error of server.errors) {
        expect(error).toMatchObject({ code: "STARBRIDGE_RESPONSE_UNUSABLE" });
      }
    });

    it("is no error when it is cloned, which is what to do", async () => {
      const constant = new R("ok", { headers: { "x-own": "1" } });
      const GET = ({ cookies, url }: APIContext) => {
        cookies.set("page", String(url.searchParams.get("who")));
        return constant.clone();
      };
      const server = await start(host, {
        options: { routes: { "a.ts": { GET } }, middleware: stamp },
      });
      for (let who = 0; who < 100; who++) {
        const answer = await server.fetch(`/a?who=${who}`);
        expect([answer.status, await answer.text()]).toEqual([200, "ok"]);
        expect(answer.headers.getSetCookie()).toEqual([`stamp=${who}`, `page=${who}`]);
        expect(answer.headers.get("x-for")).toBe(String(who));
      }
    });
  });
});
