// The client goes at each stage of a request, by a close, a reset and the end of its side.
import { expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import type { Wish } from "./_dialect.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import { isHttp2, isSecure } from "./_host-names.ts";

/** Connections that are gone at the same stage, each in another way. */
const CLIENTS = 12;

type Stage = (far: Far, connection: RawConnection, index: number) => Promise<void>;

const stages: Record<string, Stage> = {
  "before the head": async () => {},

  "in the head": async (far, connection, index) => {
    const request = far.dialect.request({ path: "/stream" }, 0);
    connection.write(request.slice(0, 1 + ((index * 7) % (request.length - 1))));
  },

  "during an upload that is read": (far, connection) =>
    ask(far, connection, { method: "POST", path: "/upload", length: 50_000, body: "7 bytes" }),

  "during an upload that nobody reads, answered already": async (far, connection) => {
    const path = "/ignore";
    await ask(far, connection, { method: "POST", path, length: 50_000, body: "7 bytes" });
    await connection.until((text) => far.dialect.hasHead(text, 0), "the head");
  },

  "during an upload to a legacy route": async (far, connection) => {
    const wish = { method: "POST", path: "/legacy-upload", length: 50_000, body: "7 bytes" };
    connection.write(far.dialect.request(wish, 0));
  },

  "between request and answer, its signal heard": (far, connection) =>
    ask(far, connection, { path: "/signal" }),

  "between request and answer, unheard": (far, connection, index) => {
    const how = ["text", "stream"][index % 2];
    return ask(far, connection, { path: `/late?how=${how}` });
  },

  "during a download": async (far, connection, index) => {
    const kind = ["endless", "turns"][index % 2];
    await ask(far, connection, { path: `/stream?kind=${kind}` });
    await connection.until((text) => far.dialect.hasHead(text, 0), "the head");
  },

  "during a download that stands still": async (far, connection) => {
    connection.pause();
    await ask(far, connection, { path: "/stream" });
  },

  "in the silence of a stream": async (far, connection) => {
    await ask(far, connection, { path: "/stream?kind=silent" });
    await connection.until((text) => far.dialect.hasHead(text, 0), "the head");
  },

  "after a whole answer": async (far, connection) => {
    connection.write(far.dialect.request({ method: "POST", path: "/echo", body: "echoed" }, 0));
    await connection.until((text) => far.dialect.isWhole(text, 0), "the answer");
  },
};

export function leaving(far: () => Far): void {
  it.each(Object.keys(stages))("leaves nothing of clients that are gone %s", async (name) => {
    await leavesNothing(far(), async () => {
      const visits = Array.from({ length: CLIENTS }, async (_, index) => {
        const connection = await far().open();
        await stages[name]?.(far(), connection, index);
        leave(far(), connection, index);
      });
      await Promise.all(visits);
    });
  });

  it("leaves nothing of a handler that throws for a client that is gone, but a line in the log", async () => {
    const { after, before } = await leavesNothing(
      far(),
      async () => {
        const connections = await Promise.all(Array.from({ length: CLIENTS }, () => far().open()));
        await Promise.all(
          connections.map((connection) => ask(far(), connection, { path: "/late?how=throw" })),
        );
        for (const connection of connections) connection.destroy();
      },
      { logs: /A request failed after its client had left/ },
    );
    expect(after.logs).toHaveLength(CLIENTS);
    expect(after.errors).toEqual(before.errors);
  });
}

/** A close, a reset, or the end of the client's side alone. */
export function leave(far: Far, connection: RawConnection, index: number): void {
  if (index % 3 === 2 || isDeaf(far)) {
    // Nothing is heard of the other side's end by who does not read.
    connection.socket.resume();
    connection.socket.end();
    // A session of HTTP/2 without TLS goes on as long as its client reads.
    const last = isHttp2(far.host) && !isDeaf(far) ? "finish" : "end";
    connection.socket.once(last, () => connection.destroy());
  } else if (index % 3 === 0) connection.destroy();
  else connection.reset();
}

/**
 * Before Node 26 a session of HTTP/2 under TLS whose write is blocked never hears of a reset, with or without a
 * bridge: `http2.createSecureServer()` alone keeps it until its own time limit. And who closes without having read
 * everything resets.
 */
function isDeaf({ host }: Far): boolean {
  return isHttp2(host) && isSecure(host);
}

/** Sends a request, and waits until its handler is at work. */
export async function ask(
  far: Far,
  connection: RawConnection,
  wish: Wish,
  index = 0,
): Promise<void> {
  const { id, started } = far.expectStart();
  const path = `${wish.path}${wish.path.includes("?") ? "&" : "?"}id=${id}`;
  connection.write(far.dialect.request({ ...wish, path }, index));
  await started;
}
