// Clients that read or write slowly, or stop in the middle and stay.
import { expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import type { Memory } from "./_counts.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import type { FaultHost } from "./_host-names.ts";
import { isHttp2 } from "./_host-names.ts";
import { ask, leave } from "./_leaving.ts";

const CLIENTS = 6;
const MIB = 1024 * 1024;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export function slow(host: FaultHost, far: () => Far): void {
  // D-41
  it("keeps less than 8 MiB for each client that stops reading, and has it back", async () => {
    const { before, after } = await leavesNothing(far(), async () => {
      const first = await measureFar(far());
      const atFirst = (await far().work()).produced;
      const clients = await many(far, async (connection, index) => {
        connection.pause();
        const path = `/stream?kind=${["endless", "turns"][index % 2]}`;
        connection.write(far().dialect.request({ path }, 0));
      });
      const { produced, buffered, memory } = await standstill(far());
      expect(produced - atFirst).toBeGreaterThan(CLIENTS * 65_536);
      expect((produced - atFirst) / CLIENTS, "made per client").toBeLessThan(8 * MIB);
      expect(buffered, "waiting in the process for one client").toBeLessThan(MIB);
      const grown = memory.heap + memory.buffers - first.heap - first.buffers;
      expect(grown / CLIENTS, "memory per client").toBeLessThan(8 * MIB);
      for (const connection of clients) leave(far(), connection, 0);
    });
    expect(after.memory.buffers - before.memory.buffers, "buffers").toBeLessThan(MIB);
  });

  it("takes a request that comes byte by byte", async () => {
    await leavesNothing(far(), async () => {
      const wish = { method: "POST", path: "/echo", body: "slow" };
      await many(far, async (connection) => {
        for (const byte of far().dialect.request(wish, 0)) {
          connection.write(byte);
          await turn();
        }
        const text = await connection.until((got) => far().dialect.isWhole(got, 0), "the answer");
        expect(text).toContain("slow");
        connection.destroy();
      });
    });
  });

  it("lets the host's time limit for idle connections end streams and handlers", async () => {
    await leavesNothing(far(), async () => {
      await far().ask({ what: "limits", timeout: 300 });
      const paths = ["/stream", "/stream?kind=silent", "/signal", "/late?how=stream"];
      const clients = await many(far, async (connection, index) => {
        // Nothing is read, except by those who get nothing anyway.
        if (index % paths.length === 0) connection.pause();
        await ask(far(), connection, { path: paths[index % paths.length] ?? "" });
      });
      await far().ask({ what: "limits", timeout: 0 });
      const reading = clients.filter((_, index) => index % paths.length !== 0);
      await Promise.all(reading.map((connection) => connection.untilClosed()));
      for (const connection of clients) leave(far(), connection, 0);
    });
  });

  if (isHttp2(host)) return;

  it("gives a whole answer to a client that reads now and then", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        connection.socket.on("data", () => {
          connection.pause();
          setImmediate(() => connection.socket.resume());
        });
        connection.write(far().dialect.request({ path: "/stream?kind=short" }, 0));
        const answer = await connection.answer();
        expect([answer.complete, answer.body.length]).toEqual([true, 3 * 65_536]);
        connection.destroy();
      });
    });
  });

  // D-29 B54
  it("leaves nothing of uploads that the host's time limit for requests ends", async () => {
    await leavesNothing(far(), async () => {
      await far().ask({ what: "limits", requestTimeout: 300 });
      const paths = ["/upload", "/echo", "/legacy-upload"];
      await many(far, async (connection, index) => {
        const path = paths[index % paths.length] ?? "";
        connection.write(far().dialect.request({ method: "POST", path, length: 50_000 }, 0));
        connection.write("some of it");
        await connection.untilClosed();
        expect(connection.received).toMatch(/^(?:HTTP\/1\.1 408 |$)/);
        connection.destroy();
      });
      await far().ask({ what: "limits", requestTimeout: 60_000 });
    });
  });
}

/** Opens connections, does the same with all at once, and gives them. */
export async function many(
  far: () => Far,
  each: (connection: RawConnection, index: number) => Promise<void>,
): Promise<RawConnection[]> {
  const visits = Array.from({ length: CLIENTS }, async (_, index) => {
    const connection = await far().open();
    await each(connection, index);
    return connection;
  });
  return await Promise.all(visits);
}

/** Waits until streams give no more: three looks, some answers of the same server apart, find the same count. */
async function standstill(far: Far) {
  let same = 0;
  let last = await far.work();
  for (let looks = 0; looks < 300 && same < 3; looks += 1) {
    for (let index = 0; index < 5; index += 1) await far.witness();
    const now = await far.work();
    same = now.produced === last.produced && now.produced > 0 ? same + 1 : 0;
    last = now;
  }
  expect(same, "no end of what streams give").toBe(3);
  return { ...last, memory: await measureFar(far) };
}

async function measureFar(far: Far): Promise<Memory> {
  return (await far.ask({ what: "measure" })) as Memory;
}
