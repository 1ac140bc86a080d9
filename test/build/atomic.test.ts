// Whatever happens to a build, what is in place is the whole of one build.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { buildProject, project, repository, serve, write } from "./_project.ts";

const FLAG = "export const prerender = true;\n";
const home = "dist/starbridge";

/** Pages that all tell the same word: a mix of two builds would show. */
function pages(word: string): Record<string, string> {
  const files: Record<string, string> = {};
  for (let at = 0; at < 20; at++) {
    files[`src/pages/live/p${at}.js`] = `export const GET = () => new Response("${word}");`;
    files[`src/pages/made/p${at}.js`] = `${FLAG}export const GET = () => new Response("${word}");`;
  }
  return files;
}

/** The words that a build tells. */
async function wordsOf(root: string): Promise<string[]> {
  const app = serve(root);
  const paths = Array.from({ length: 20 }, (_, at) => [`/live/p${at}`, `/made/p${at}`]).flat();
  return [...new Set(await Promise.all(paths.map(app.text)))];
}

/**
 * A build in a process of its own, which tells what it is doing.
 *
 * @param lastStep At which step it kills itself, before another thing happens.
 */
function startBuild(root: string, lastStep = 0): ChildProcess {
  const script = `
    const { build } = await import(${JSON.stringify(join(repository, "dist/lib/build/build.js"))});
    const { resolveConfig } = await import(${JSON.stringify(join(repository, "dist/lib/config.js"))});
    const logger = { info() {}, warn() {}, error() {} };
    let step = 0;
    await build({
      config: resolveConfig({ root: process.cwd() }),
      logger,
      onProgress: () => {
        if (++step === ${lastStep}) process.kill(process.pid, "SIGKILL");
        process.send(step);
      },
    });
    process.send("built");
    process.disconnect();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("close", () => resolve()));
}

/** A build that ends after that many steps. */
async function killAt(root: string, steps: number): Promise<void> {
  await ended(startBuild(root, steps));
}

/** Makes a build look as if all of it had happened yesterday. */
function age(folder: string): void {
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const path of [join(folder, ".published"), folder]) {
    if (existsSync(path)) utimesSync(path, yesterday, yesterday);
  }
}

function folders(root: string): string[] {
  return readdirSync(join(root, home)).filter((name) => name !== "manifest.mjs");
}

describe("a build that is killed", () => {
  it("leaves the one before it in place, wherever it was", async () => {
    const root = project(pages("first"));
    await buildProject(root);
    write(root, pages("second"));
    // 40 files are read, then 20 paths are rendered.
    for (const steps of [1, 20, 40, 41, 50, 60]) {
      await killAt(root, steps);
      const words = await wordsOf(root);
      expect(words, `killed at step ${steps}`).toHaveLength(1);
      if (steps < 60) expect(words).toEqual(["first"]);
    }
    await buildProject(root);
    expect(await wordsOf(root)).toEqual(["second"]);
  });

  it("leaves nothing that would be taken for a build where there was none", async () => {
    const root = project(pages("only"));
    await killAt(root, 30);
    expect(existsSync(join(root, home, "manifest.mjs"))).toBe(false);
    const app = createApp({ root, dev: false });
    const response = await app.fetch(new Request("http://localhost/live/p1"));
    expect(await response.text()).toBe("only");
    await app.close();
  });

  it("is cleared away by a later build, a day after it", async () => {
    const root = project(pages("first"));
    await killAt(root, 30);
    expect(folders(root)).toHaveLength(1);
    await buildProject(root);
    expect(folders(root)).toHaveLength(2);
    for (const name of folders(root)) age(join(root, home, name));
    await buildProject(root);
    // The one before stays: a process may run on it.
    expect(folders(root)).toHaveLength(2);
    expect(await wordsOf(root)).toEqual(["first"]);
  });
});

describe("builds at the same time", () => {
  it("end with the whole of one of them", async () => {
    const root = project(pages("first"));
    const one = startBuild(root);
    await new Promise((resolve) => one.once("message", resolve));
    write(root, pages("second"));
    const two = startBuild(root);
    const three = startBuild(root);
    await Promise.all([one, two, three].map(ended));
    // The first may have read half of the new files: what counts is that no build holds parts of another.
    const text = readFileSync(join(root, home, "manifest.mjs"), "utf8");
    const id = /^ {2}id: "([^"]+)"/m.exec(text)?.[1] ?? "";
    const data = JSON.parse(readFileSync(join(root, home, id, "manifest.json"), "utf8"));
    const chunks: string[] = data.routes.chunks;
    expect([chunks.length, data.prerendered.length]).toEqual([40, 20]);
    const present = readdirSync(join(root, home, id, "server"));
    expect(chunks.filter((name) => !present.includes(name))).toEqual([]);
    expect(folders(root)).toContain(id);
    expect((await wordsOf(root)).length).toBeGreaterThan(0);
  });
});

describe("builds after one another", () => {
  it("leave the one that a process runs on, however many there are within a day", async () => {
    const root = project(pages("first"));
    await buildProject(root);
    const [first = ""] = folders(root);
    // It was made long ago: what counts is when another one takes its place.
    age(join(root, home, first));
    const old = serve(root);
    await old.ready();
    write(root, pages("second"));
    for (let count = 0; count < 3; count++) await buildProject(root);
    expect(await old.text("/live/p7")).toBe("first");
    expect(await old.text("/made/p7")).toBe("first");
    expect(await wordsOf(root)).toEqual(["second"]);
    expect(folders(root)).toHaveLength(4);
  });

  it("clear away what was replaced a day ago, but for the one before the last", async () => {
    const root = project(pages("first"));
    for (let count = 0; count < 3; count++) await buildProject(root);
    const before = folders(root);
    expect(before).toHaveLength(3);
    for (const name of before) age(join(root, home, name));
    await buildProject(root);
    const left = folders(root);
    expect(left).toHaveLength(2);
    expect(left.filter((name) => before.includes(name))).toHaveLength(1);
    expect(await wordsOf(root)).toEqual(["first"]);
  });
});
