// HTTP/2: requests that are reset while others of the same connection go on, and connections that end.
import { expect, it } from "vitest";
import { resetFrame } from "./_dialect.ts";
import { leavesNothing } from "./_far.ts";
import type { Far } from "./_far.ts";
import { ask, leave } from "./_leaving.ts";
import { many } from "./_slow.ts";

/** NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM */
const CODES = [0, 1, 2, 7, 8, 11];

const paths = ["/signal", "/late?how=text", "/late?how=stream", "/stream", "/stream?kind=silent"];

export function resets(far: () => Far): void {
  it.each(paths)("leaves nothing of %s when it is reset, with any code", async (path) => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        const starts: Promise<void>[] = [];
        for (const index of CODES.keys()) {
          starts.push(ask(far(), connection, { path }, index));
        }
        await Promise.all(starts);
        for (const [index, code] of CODES.entries()) connection.write(resetFrame(index, code));
        await answersOn(far(), connection, CODES.length);
      });
    });
  });

  it("leaves nothing of uploads that are reset, read or not", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection) => {
        const starts: Promise<void>[] = [];
        for (const index of CODES.keys()) {
          const path = ["/upload", "/ignore", "/echo"][index % 3] ?? "";
          const wish = { method: "POST", path, length: 5000, body: "some of it" };
          starts.push(ask(far(), connection, wish, index));
        }
        await Promise.all(starts);
        for (const [index, code] of CODES.entries()) connection.write(resetFrame(index, code));
        await answersOn(far(), connection, CODES.length);
      });
    });
  });

  it("leaves nothing of requests that are reset in the packet they came with", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection, client) => {
        let text = "";
        for (let index = 0; index < 60; index += 1) {
          const path = paths[(index + client) % paths.length] ?? "";
          text += far().dialect.request({ path }, index) + resetFrame(index, 8);
        }
        connection.write(text);
        await answersOn(far(), connection, 60);
      });
    });
  });

  it("leaves nothing of connections that end with many requests at work", async () => {
    await leavesNothing(far(), async () => {
      await many(far, async (connection, client) => {
        const starts: Promise<void>[] = [];
        for (let index = 0; index < 20; index += 1) {
          starts.push(ask(far(), connection, { path: paths[index % paths.length] ?? "" }, index));
        }
        await Promise.all(starts);
        leave(far(), connection, client);
      });
    });
  });
}

/** The connection still answers, and is left then. */
async function answersOn(
  far: Far,
  connection: Awaited<ReturnType<Far["open"]>>,
  index: number,
): Promise<void> {
  connection.received = "";
  connection.write(far.dialect.request({ path: "/ok" }, index));
  // What was received first may begin within a frame: the answer is looked for by its text.
  expect(await connection.until((text) => text.includes("ok"), "the answer")).toContain("ok");
  connection.destroy();
}
