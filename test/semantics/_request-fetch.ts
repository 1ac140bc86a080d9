// fetch(request): what an endpoint was asked is asked of another server.
import { outcome } from "./_observe.ts";
import type { Elsewhere, RequestCase, Sent } from "./_request.ts";

const sent = { body: '{"a":1}', headers: { "x-a": "1" } } satisfies Sent;

const large = JSON.stringify(["0123456789".repeat(50_000)]);

/** Sent with the other server's name, so that the Request's own URL leads there. */
const there =
  (what: Sent = sent) =>
  ({ origin }: Elsewhere): Sent => ({
    ...what,
    headers: { ...what.headers, host: new URL(origin).host },
  });

/** What arrived, without what the client adds on its own. */
function arrived({ received }: Elsewhere): unknown[] {
  return received.map(({ method, url, headers, body }) => [
    method,
    url,
    headers["x-a"],
    headers["content-type"],
    body,
  ]);
}

const type = "application/json";

export const requestFetches: RequestCase[] = [
  [
    "goes to its own URL",
    there({ ...sent, path: "/b/c?d=%20" }),
    async (request, other) => {
      const answer = await fetch(request);
      return [answer.status, await answer.text(), arrived(other), request.bodyUsed];
    },
    [200, "answer 1", [["POST", "/b/c?d=%20", "1", type, '{"a":1}']], true],
  ],
  [
    "goes to another URL, as init",
    sent,
    async (request, other) => {
      const answer = await fetch(`${other.origin}/to`, request);
      return [await answer.text(), arrived(other), request.bodyUsed];
    },
    ["answer 1", [["POST", "/to", "1", type, '{"a":1}']], true],
  ],
  [
    "goes as a copy, with what the copy changes",
    sent,
    async (request, other) => {
      const headers = { "x-a": "changed", "content-type": "text/x" };
      const copy = new Request(
        `${other.origin}/to`,
        new Request(request, { method: "PUT", headers }),
      );
      await (await fetch(copy)).text();
      return arrived(other);
    },
    [["PUT", "/to", "changed", "text/x", '{"a":1}']],
  ],
  [
    "goes without a body where it has none",
    there({ method: "GET", path: "/get", headers: { "x-a": "1" } }),
    async (request, other) => {
      await (await fetch(request)).text();
      return arrived(other);
    },
    [["GET", "/get", "1", type, ""]],
  ],
  [
    "goes a second time as a clone",
    there(),
    async (request, other) => {
      const clone = request.clone();
      const texts = [await (await fetch(request)).text(), await (await fetch(clone)).text()];
      return [texts, arrived(other)];
    },
    [["answer 1", "answer 2"], Array(2).fill(["POST", "/a", "1", type, '{"a":1}'])],
  ],
  [
    "does not go when its body was read",
    there(),
    async (request, other) => {
      await request.text();
      return [await outcome(() => fetch(request)), arrived(other)];
    },
    ["rejects TypeError", []],
  ],
  [
    "goes with a large body",
    there({ ...sent, body: large }),
    async (request, other) => {
      await (await fetch(request)).text();
      return other.received.map(({ body }) => body === large);
    },
    [true],
  ],
  [
    "goes with headers that were changed",
    there(),
    async (request, other) => {
      request.headers.set("x-a", "changed");
      request.headers.delete("content-type");
      await (await fetch(request)).text();
      return arrived(other);
    },
    [["POST", "/a", "changed", undefined, '{"a":1}']],
  ],
  [
    "is stopped by a signal of one's own",
    there(),
    (request) => outcome(() => fetch(request, { signal: AbortSignal.abort() })),
    "rejects AbortError",
  ],
  [
    "sends its body on in another fetch",
    sent,
    async (request, { origin, received }) => {
      const { body } = request;
      await (await fetch(origin, { method: "POST", body, duplex: "half" })).text();
      return [received[0]?.body, request.bodyUsed];
    },
    ['{"a":1}', true],
  ],
];
