// Everything that can be too large: refused or served, never a 500, never a hang, and nothing stays.
import { expect, it } from "vitest";
import type { Wish } from "./_dialect.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import type { FaultHost } from "./_host-names.ts";
import { isHttp2 } from "./_host-names.ts";
import { many } from "./_slow.ts";

const long = "a".repeat(15_000);

// Each a request and the statuses that are right; no status is a connection that was ended at once.
const wishes: Record<string, [Wish, RegExp]> = {
  "a path": [{ path: `/${long}` }, /^(?:404|414|431)$/],
  "a query": [{ path: `/ok?${long}` }, /^200$/],
  "a cookie": [{ path: "/ok", headers: { cookie: `a=${long}` } }, /^200$/],
  "a body that is announced": [{ method: "POST", path: "/upload", length: 400_000 }, /^413$/],
  "a body that is announced and not read": [
    { method: "POST", path: "/ignore", length: 400_000 },
    /^413$/,
  ],
  "a body past every number": [
    { method: "POST", path: "/upload", length: Number.MAX_SAFE_INTEGER },
    /^413$/,
  ],
};

const chunked = "POST /upload HTTP/1.1\r\nhost: h.test\r\ntransfer-encoding: chunked\r\n\r\n";

// As they are on the wire of HTTP/1.1.
const texts: Record<string, [string, RegExp]> = {
  "a head": [`GET /ok HTTP/1.1\r\nhost: h.test\r\nx-long: ${long}${long}\r\n\r\n`, /^431$/],
  "a request line": [`GET /${long.repeat(10)} HTTP/1.1\r\nhost: h.test\r\n\r\n`, /^(?:414|431)$/],
  "a method": [`${"M".repeat(15_000)} /ok HTTP/1.1\r\nhost: h.test\r\n\r\n`, /^400$/],
  "a number of header lines": [
    `GET /ok HTTP/1.1\r\nhost: h.test\r\n${"a: b\r\n".repeat(1900)}\r\n`,
    /^(?:200|431)$/,
  ],
  "a length": [
    `POST /upload HTTP/1.1\r\nhost: h.test\r\ncontent-length: ${"9".repeat(60)}\r\n\r\n`,
    /^400$/,
  ],
  "a chunked body": [`${chunked}${`10000\r\n${"x".repeat(65_536)}\r\n`.repeat(6)}`, /^413$/],
  "a chunk extension": [`${chunked}1;${long}${long}\r\nx\r\n`, /^(?:400|413)$/],
  "a chunk's size": [`${chunked}${"F".repeat(40)}\r\nx`, /^400$/],
};

export function oversized(host: FaultHost, far: () => Far): void {
  it.each(Object.keys(wishes))("leaves nothing of %s that is too large", async (name) => {
    const [wish, statuses] = wishes[name] as [Wish, RegExp];
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        connection.write(far().dialect.request(wish, 0));
        await connection.until((text) => far().dialect.hasHead(text, 0), "the head");
        if (!isHttp2(host)) expect(String((await connection.answer()).status)).toMatch(statuses);
        connection.destroy();
      });
    });
  });

  if (isHttp2(host)) return;

  it.each(Object.keys(texts))(
    "leaves nothing of %s that is too large on the wire",
    async (name) => {
      const [text, statuses] = texts[name] as [string, RegExp];
      await leavesNothing(far(), async () => {
        await many(far, async (connection) => {
          connection.write(text);
          expect(String((await connection.answer()).status)).toMatch(statuses);
          await connection.socket.end();
          connection.destroy();
        });
      });
    },
  );
}
