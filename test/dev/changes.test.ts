// What the file system does between two looks, with a watcher that says what the test wants it to say.
import { EventEmitter } from "node:events";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ChangesParts } from "../../lib/dev/changes.ts";
import { Changes } from "../../lib/dev/changes.ts";
import { writeApp } from "../lib/loader/_app.ts";
import { HOSTS, page, reloads, startDev } from "./_hosts.ts";

type Batch = ReadonlyMap<string, string>;

function follow(listener: (batch: Batch) => void = () => {}) {
  const watcher = new EventEmitter();
  const heard: Batch[] = [];
  const errors: unknown[] = [];
  const waiting: (() => void)[] = [];
  const changes = new Changes({
    watcher: watcher as unknown as ChangesParts["watcher"],
    list: async () => [],
    matters: (file) => !file.endsWith(".log"),
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

  it("is nobody's business when it means nothing, and keeps nobody from a look at those that do", async () => {
    const root = writeApp({ "a.ts": "a", "b.log": "b" });
    const { watcher, changes, heard, next } = follow();
    changes.note(join(root, "a.ts"));
    const noise = setInterval(() => watcher.emit("change", join(root, "b.log")), 1);
    onTestFinished(() => clearInterval(noise));
    writeFileSync(join(root, "a.ts"), "a, and not a word from the watcher");
    await next();
    expect(heard.map((batch) => [...batch])).toEqual([[[join(root, "a.ts"), "changed"]]]);
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

  it("answers while files that no page uses are written to all the time, and tells of a mistake once", async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 40 }, (_none, at) => [
        `src/lib/m${at}.ts`,
        at === 39
          ? "export const x = 1;"
          : `import { x as y } from "./m${at + 1}.ts"; export const x = y + 1;`,
      ]),
    );
    const host = await startDev(name, {
      ...chain,
      "src/pages/a.ts":
        'import { x } from "../lib/m0.ts"; export const GET = () => new Response("x" + x);',
      "src/pages/bad.ts": "export const GET = ;",
    });
    let turn = 0;
    const noise = setInterval(() => {
      turn++;
      host.write(`logs/${turn % 20}.log`, `${turn}`);
    }, 10);
    onTestFinished(() => clearInterval(noise));
    expect(await host.ask("/a")).toBe("200 x40");
    for (let at = 0; at < 20; at++) expect(await host.ask("/bad")).toMatch(/^500 /);
    host.write("src/lib/m39.ts", "export const x = 2;");
    await host.until("/a", "200 x41");
    expect(host.logs.filter(({ level }) => level === "error")).toHaveLength(1);
    expect(reloads(host)).toEqual([expect.stringMatching(/^reloaded src\/lib\/m39\.ts \(/)]);
  });

  it("heals a middleware as soon as what it reads is there", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a") });
    host.write(
      "src/middleware.ts",
      `import { readFileSync } from "node:fs";
       const text = readFileSync(new URL("../mode.yaml", import.meta.url), "utf8");
       export const onRequest = () => new Response(text);`,
    );
    await host.until("/a", /^500 /);
    host.write("mode.yaml", "guarded");
    await host.until("/a", "200 guarded");
  });

  it("takes a text that pages import for what it is, when it is edited", async () => {
    const host = await startDev(name, {
      "src/pages/a.ts":
        'import text from "../query.sql?raw"; export const GET = () => new Response(text);',
      "src/query.sql": "SELECT 1 FROM a",
    });
    expect(await host.ask("/a")).toBe("200 SELECT 1 FROM a");
    host.write("src/query.sql", "SELECT 2 FROM b");
    await host.until("/a", "200 SELECT 2 FROM b");
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    expect(host.logs.filter(({ level }) => level === "error")).toEqual([]);
  });
});
