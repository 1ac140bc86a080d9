// What the file system does between two looks, with a watcher that says what the test wants it to say.
import { EventEmitter } from "node:events";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChangesParts } from "../../lib/dev/changes.ts";
import { Changes } from "../../lib/dev/changes.ts";
import { writeApp } from "../lib/loader/_app.ts";
import { HOSTS, page, startDev } from "./_hosts.ts";

type Batch = ReadonlyMap<string, string>;

function follow(listener: (batch: Batch) => void = () => {}) {
  const watcher = new EventEmitter();
  const heard: Batch[] = [];
  const errors: unknown[] = [];
  const waiting: (() => void)[] = [];
  const changes = new Changes({
    watcher: watcher as unknown as ChangesParts["watcher"],
    list: async () => [],
    listener(batch) {
      heard.push(batch);
      for (const wake of waiting.splice(0)) wake();
      listener(batch);
    },
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => changes.close());
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  return { watcher, changes, heard, errors, next };
}

describe("a file that changes", () => {
  it("is news when it has become a link to itself, whether the watcher says so or not", async () => {
    const root = writeApp({ "a.ts": "a", "b.ts": "b" });
    const { watcher, changes, heard, next } = follow();
    for (const name of ["a.ts", "b.ts"]) {
      const file = join(root, name);
      changes.note(file);
      rmSync(file);
      symlinkSync(name, file);
    }
    const said = next();
    watcher.emit("change", join(root, "a.ts"));
    await said;
    expect([...(heard[0] ?? [])]).toEqual([[join(root, "a.ts"), "changed"]]);
    await next();
    expect([...(heard[1] ?? [])]).toEqual([[join(root, "b.ts"), "changed"]]);
  });

  it("is gone when a folder on its way is a file now, or when a folder has its name", async () => {
    const root = writeApp({ "folder/a.ts": "a", "b.ts": "b" });
    const { changes, heard, next } = follow();
    const files = [join(root, "folder/a.ts"), join(root, "b.ts")];
    for (const file of files) changes.note(file);
    rmSync(join(root, "folder"), { recursive: true });
    writeFileSync(join(root, "folder"), "");
    rmSync(join(root, "b.ts"));
    mkdirSync(join(root, "b.ts"));
    await next();
    expect([...(heard[0] ?? [])]).toEqual(files.map((file) => [file, "removed"]));
  });

  it("has come, although it was written to at once", async () => {
    const root = writeApp({ "a.ts": "a" });
    const { watcher, heard, next } = follow();
    const said = next();
    watcher.emit("add", join(root, "a.ts"));
    watcher.emit("change", join(root, "a.ts"));
    await said;
    expect([...(heard[0] ?? [])]).toEqual([[join(root, "a.ts"), "added"]]);
  });

  it("ends nothing when the listener fails, and is followed further", async () => {
    const root = writeApp({ "a.ts": "a" });
    const { watcher, errors, next } = follow(() => {
      throw new Error("listener");
    });
    for (const text of ["b", "bc"]) {
      const said = next();
      writeFileSync(join(root, "a.ts"), text);
      watcher.emit("change", join(root, "a.ts"));
      await said;
    }
    expect(errors).toEqual([new Error("listener"), new Error("listener")]);
  });
});

describe.each(HOSTS)("a running %s host", (name) => {
  it("loses one route to a link that leads to itself, and gets it back", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a"), "src/pages/b.ts": page("b") });
    expect(await host.ask("/b")).toBe("200 b");
    host.remove("src/pages/b.ts");
    symlinkSync("b.ts", join(host.root, "src/pages/b.ts"));
    await host.until("/b", /^(?:404|500) /);
    expect(await host.ask("/a")).toBe("200 a");
    host.remove("src/pages/b.ts");
    host.write("src/pages/b.ts", page("again"));
    await host.until("/b", "200 again");
  });

  it("loses one route to a file that takes the name of a folder it imports from", async () => {
    const host = await startDev(name, {
      "src/lib/x/index.ts": "export const x = 'x';",
      "src/pages/a.ts":
        'import { x } from "../lib/x/index.ts"; export const GET = () => new Response(x);',
      "src/pages/b.ts": page("b"),
    });
    expect(await host.ask("/a")).toBe("200 x");
    host.remove("src/lib/x");
    host.write("src/lib/x", "now a file");
    await host.until("/a", /^500 /);
    expect(await host.ask("/b")).toBe("200 b");
    host.remove("src/lib/x");
    host.write("src/lib/x/index.ts", "export const x = 'back';");
    await host.until("/a", "200 back");
  });
});
