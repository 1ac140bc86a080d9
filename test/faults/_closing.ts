// An orderly shutdown with everything in flight: what is short is finished, what never ends is ended, and the
// process has no reason to stay.
import { expect, it } from "vitest";
import type { RawConnection } from "../_raw.ts";
import { within } from "../bridges/_quiet.ts";
import type { Wish } from "./_dialect.ts";
import type { Far } from "./_far.ts";
import type { FaultHost } from "./_host-names.ts";
import { isHttp2 } from "./_host-names.ts";
import { ask, leave } from "./_leaving.ts";

const EACH = 4;

// D-66
export function closing(host: FaultHost, far: () => Far): void {
  it("closes with requests, uploads and streams in flight, and lets the process end by itself", async () => {
    const start = async (wish: Wish, paused = false): Promise<RawConnection[]> => {
      const opened = Array.from({ length: EACH }, async () => {
        const connection = await far().open();
        if (paused) connection.pause();
        await ask(far(), connection, wish);
        return connection;
      });
      return await Promise.all(opened);
    };
    await far().witness();
    const uploads = await start({ method: "POST", path: "/upload", length: 10, body: "five." });
    const streams = [
      ...(await start({ path: "/stream?kind=silent" })),
      ...(await start({ path: "/stream?kind=little" })),
    ];
    const paused = await start({ path: "/stream" }, true);
    const waiting = [...(await start({ path: "/signal" })), ...(await start({ path: "/late" }))];
    const idle = await far().open();
    idle.write(far().dialect.request({ path: "/ok" }, 0).slice(0, 20));

    const closed = far().close();
    const answers = uploads.map(async (connection) => {
      if (!isHttp2(host)) connection.write("done.");
      // The last frame of a body says so.
      else
        connection.write(far().dialect.body("done.", 0).replace("\0\0\x05\0\0", "\0\0\x05\0\x01"));
      return await connection.until((text) => far().dialect.isWhole(text, 0), "the answer");
    });
    for (const answer of await Promise.all(answers)) expect(answer).toContain("10");
    for (const connection of [...waiting, idle, ...uploads]) connection.destroy();
    await Promise.all(streams.map((connection) => connection.untilClosed()));
    for (const connection of [...streams, ...paused]) leave(far(), connection, 0);

    const { before, after, logs, work } = await within(8000, "the close", closed);
    expect(after).toEqual(before);
    expect({ ...work, produced: 0 }).toEqual({ handlers: 0, streams: 0, produced: 0 });
    expect(logs).toEqual([]);
    far().disconnect();
    expect(await within(5000, "the end of the process", far().exit)).toBe(0);
    expect(far().noise).toBe("");
  });
}
