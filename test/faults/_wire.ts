// What only bytes on a connection of HTTP/1.1 can do: pipelines, half-open connections, `Expect`.
import { expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import { leave } from "./_leaving.ts";
import { randomOf } from "./_moments.ts";
import { many } from "./_slow.ts";

const pipeline = [
  ["GET /ok", "", 200, "ok"],
  ["GET /legacy", "", 200, "legacy"],
  ["POST /echo", "first", 200, "first"],
  ["GET /none", "", 404, undefined],
  ["GET /pass", "", 500, "host error page"],
  ["POST /ignore", "nobody reads this", 200, "ignored"],
  ["GET /throws", "", 500, "host error page"],
  ["POST /upload", "four", 200, "4"],
  ["GET /stream?kind=short", "", 200, undefined],
  ["GET /legacy-throws", "", 500, "host error page"],
  ["POST /legacy-upload", "seven..", 200, "7"],
  ["GET /ok", "", 200, "ok"],
] as const;

export function onTheWire(far: () => Far): void {
  const asText = (requests: readonly (typeof pipeline)[number][]): string =>
    requests
      .map(([line, body]) => {
        const [method = "", path = ""] = line.split(" ");
        return far().dialect.request({ method, path, body }, 0);
      })
      .join("");

  // D-28
  it("answers pipelines of everything in order, and leaves nothing of them", async () => {
    const answers = async (connection: RawConnection): Promise<void> => {
      connection.write(asText(pipeline));
      for (const [line, , status, body] of pipeline) {
        const answer = await connection.answer();
        expect([line, answer.status, answer.complete]).toEqual([line, status, true]);
        if (body !== undefined) expect([line, answer.body]).toEqual([line, body]);
      }
    };
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        await answers(connection);
        connection.destroy();
      });
      // Whatever listens to a connection shows on one that goes on.
      for (let round = 0; round < 3; round += 1) await answers(await far().keptOpen());
    });
  });

  it("leaves nothing of pipelines whose client is gone after some answers", async () => {
    const random = randomOf(11);
    const goOn = async (): Promise<void> => {
      await many(far, async (connection, index) => {
        const waiting = far().dialect.request({ path: "/signal" }, 0);
        // Half of them with a request that blocks those behind it. Of large answers that wait Node would stop
        // reading, and so not hear that the client has left.
        const rest = index % 2 ? waiting + asText(pipeline.slice(0, 8)) : asText(pipeline);
        connection.write(asText(pipeline) + rest);
        const answers = Math.floor(random() * pipeline.length);
        for (let taken = 0; taken < answers; taken += 1) await connection.answer();
        leave(far(), connection, index);
      });
    };
    await leavesNothing(far(), goOn, { logs: /failed after its client had left/ });
  });

  const expecting = (path: string, value = "100-continue"): string =>
    far().dialect.request({ method: "POST", path, length: 10, headers: { expect: value } }, 0);

  // D-27
  it("says 100 Continue once to each who is read, and leaves nothing of them", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        connection.write(expecting("/upload"));
        expect((await connection.answer()).status).toBe(100);
        connection.write("ten bytes.");
        const answer = await connection.answer();
        expect([answer.status, answer.body]).toEqual([200, "10"]);
        connection.destroy();
      });
    });
  });

  it.each(["/refuse", "/ignore"])(
    "leaves nothing of clients that wait for 100 Continue, from %s, and of their connections",
    async (path) => {
      await leavesNothing(far(), async () => {
        await many(far, async (connection) => {
          connection.write(expecting(path));
          let answer = await connection.answer();
          if (answer.status === 100) answer = await connection.answer();
          expect(answer.status).toBe(path === "/refuse" ? 413 : 200);
          await connection.untilClosed();
          connection.destroy();
        });
      });
    },
  );

  it("leaves nothing of clients that are gone before or after 100 Continue", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection, index) => {
        connection.write(expecting("/upload"));
        if (index % 2) await connection.answer();
        leave(far(), connection, index);
      });
    });
  });

  it("leaves nothing of an expectation that Node refuses", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        connection.write(expecting("/upload", "a miracle"));
        expect((await connection.answer()).status).toBe(417);
        connection.destroy();
      });
    });
  });
}

/** TLS knows no half-open connections. */
export function halfOpen(far: () => Far): void {
  it("answers clients that have ended their side, where the host lets them", async () => {
    await leavesNothing(far(), async () => {
      await far().ask({ what: "limits", allowHalfOpen: true });
      const wishes = [
        { path: "/stream?kind=short" },
        { method: "POST", path: "/echo", body: "echoed" },
        { path: "/legacy" },
      ];
      await many(far, async (connection, index) => {
        connection.socket.end(
          far().dialect.request(wishes[index % 3] ?? { path: "/" }, 0),
          "latin1",
        );
        const answer = await connection.answer();
        expect([answer.status, answer.complete]).toEqual([200, true]);
        await connection.untilClosed();
        connection.destroy();
      });
      await far().ask({ what: "limits", allowHalfOpen: false });
    });
  });
}
