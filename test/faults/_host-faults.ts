// What the host does to us: it answers first, cuts an answer short, throws after us.
import { expect, it } from "vitest";
import type { Wish } from "./_dialect.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import { isFastify } from "./_host-names.ts";
import type { FaultHost } from "./_host-names.ts";
import { leave } from "./_leaving.ts";
import { many } from "./_slow.ts";

export function hostFaults(host: FaultHost, far: () => Far): void {
  const askAll = (wish: Wish, see: (text: string) => void) =>
    many(far, async (connection) => {
      connection.write(far().dialect.request(wish, 0));
      const isOver = (text: string): boolean =>
        far().dialect.isWhole(text, 0) || (connection.closed && text !== "");
      see(await connection.until(isOver, "an answer"));
      connection.destroy();
    });

  // D-49
  it.each(["/late?how=text", "/late?how=stream", "/late?how=throw"])(
    "leaves nothing of %s when the host's time limit answers first",
    async (path) => {
      const wish = { path, headers: { "x-host-answers": "first" } };
      await leavesNothing(
        far(),
        async () => {
          await askAll(wish, (text) => expect(text).toContain("timed out"));
        },
        { logs: path.endsWith("throw") ? /failed after/ : undefined },
      );
    },
  );

  it("leaves nothing of an upload when the host's time limit answers first", async () => {
    const headers = { "x-host-answers": "first" };
    await leavesNothing(
      far(),
      async () => {
        await askAll({ method: "POST", path: "/upload", length: 50_000, headers }, (text) =>
          expect(text).toContain("timed out"),
        );
      },
      // The endpoint is told that it cannot have the rest, and does not catch it; Fastify has words of its own.
      { logs: /failed after|TOO_LATE .*reply\.sent = true/ },
    );
  });

  it.each(["endless", "turns", "silent"])(
    "leaves nothing of a stream, %s, that the host cuts short",
    async (kind) => {
      const wish = { path: `/stream?kind=${kind}`, headers: { "x-host-answers": "midway" } };
      await leavesNothing(far(), async () => {
        await many(far, async (connection) => {
          connection.write(far().dialect.request(wish, 0));
          const isOver = (text: string): boolean =>
            far().dialect.isWhole(text, 0) || far().dialect.isReset(text, 0) || connection.closed;
          await connection.until(isOver, "the end").catch((error: Error) => {
            if (!connection.closed) throw error;
          });
          connection.destroy();
        });
      });
    },
  );

  it.each(["/legacy-throws", "/legacy-rejects", "/pass", "/throws"])(
    "leaves nothing of %s, an error that is the host's to answer",
    async (path) => {
      let answers = 0;
      const { before, after } = await leavesNothing(far(), async () => {
        await askAll({ path }, (text) => {
          expect(text).toContain("host error page");
          answers += 1;
        });
      });
      expect(after.errors.early - before.errors.early).toBe(answers);
    },
  );

  it("leaves nothing of a stream that fails after its head, but a line in the log", async () => {
    await leavesNothing(
      far(),
      async () => {
        await many(far, async (connection) => {
          connection.write(far().dialect.request({ path: "/stream?kind=failing" }, 0));
          await connection.until((text) => far().dialect.hasHead(text, 0), "the head");
          leave(far(), connection, 0);
        });
      },
      { logs: /stream|premature|terminated/i },
    );
  });

  if (!isFastify(host)) return;

  it("leaves nothing of a stream when a hook of the host fails after us", async () => {
    const headers = { "x-host-fails": "onSend" };
    await leavesNothing(far(), async () => {
      await askAll({ path: "/stream", headers }, (text) =>
        expect(text).toContain("host error page"),
      );
    });
  });
}
