// A bridge that is closed while it starts, or while a reload is going on.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { link, writeApp } from "../lib/loader/_app.ts";
import { page } from "./_hosts.ts";

interface Gate {
  enter: () => void;
  open: Promise<void>;
}

const middleware = "export const onRequest = (context, next) => next();";
/** It waits at the gate, and needs another module behind it. */
const waiting = `
  globalThis.gate.enter();
  await globalThis.gate.open;
  await import("./text.ts");
  ${middleware}`;

describe("a bridge that is closed during a reload", () => {
  it("has nothing to complain of", async () => {
    const root = writeApp({
      "package.json": '{ "type": "module" }',
      "src/text.ts": 'export const text = "";',
      "src/middleware.ts": middleware,
      "src/pages/a.ts": page("old"),
    });
    link(root, "starbridge");
    const said: unknown[] = [];
    const say = (...args: unknown[]) => said.push(args);
    const app = createApp({ root, dev: true, logger: { info() {}, warn: say, error: say } });
    await app.ready();
    expect(await (await app.fetch(new Request("http://localhost/a"))).text()).toBe("old");
    let open = () => {};
    const entered = new Promise<void>((enter) => {
      const gate: Gate = { enter, open: new Promise((resolve) => (open = resolve)) };
      Object.assign(globalThis, { gate });
    });
    onTestFinished(() => void Reflect.deleteProperty(globalThis, "gate"));
    writeFileSync(join(root, "src/middleware.ts"), waiting);
    await entered;
    await app.close();
    open();
    // What was loading hears of it in the turns that follow.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(said).toEqual([]);
  });
});

describe("a bridge that is closed before it is ready", () => {
  it.each([0, 1, 10, 50, 200, 1000])(
    "leaves nothing behind, %s turns after it began",
    async (turns) => {
      const root = writeApp({
        "package.json": '{ "type": "module" }',
        "src/middleware.ts": `globalThis.ran.push(import.meta.url); ${middleware}`,
        "src/pages/a.ts": page("a"),
      });
      link(root, "starbridge");
      const ran: string[] = [];
      Object.assign(globalThis, { ran });
      onTestFinished(() => void Reflect.deleteProperty(globalThis, "ran"));
      const said: unknown[] = [];
      const say = (...args: unknown[]) => said.push(args);
      const before = watched();
      const app = createApp({ root, dev: true, logger: { info: say, warn: say, error: say } });
      for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
      await app.close();
      const { length } = ran;
      await app.ready().catch(() => {});
      expect(ran).toHaveLength(length);
      expect(watched()).toBe(before);
      expect(said).toEqual([]);
    },
  );
});

describe("a bridge that is closed while its config is read", () => {
  it.each([true, false])("waits for nothing, and starts nothing (dev: %s)", async (dev) => {
    const root = writeApp({
      "package.json": '{ "type": "module" }',
      "starbridge.config.js": "await globalThis.gate; export default {};",
      "src/middleware.js": `globalThis.ran.push("middleware"); ${middleware}`,
      "src/pages/a.js": page("a"),
    });
    link(root, "starbridge");
    let open = () => {};
    const ran: string[] = [];
    const gate = new Promise<void>((resolve) => (open = resolve));
    Object.assign(globalThis, { gate, ran });
    onTestFinished(() => {
      for (const name of ["gate", "ran"]) Reflect.deleteProperty(globalThis, name);
    });
    const before = watched();
    const app = createApp({ root, dev });
    await app.close();
    open();
    await expect(app.ready()).rejects.toMatchObject({ code: "STARBRIDGE_CLOSED" });
    expect([ran, watched()]).toEqual([[], before]);
  });
});

/** How many folders and files this process watches, on systems that tell. */
function watched(): number {
  const folder = "/proc/self/fdinfo";
  const texts = list(folder).map((name) => {
    try {
      return readFileSync(join(folder, name), "utf8");
    } catch {
      return "";
    }
  });
  return texts.join("\n").match(/^inotify /gm)?.length ?? 0;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
