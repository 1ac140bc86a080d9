// Bodies of prerendered answers that are asked for often: kept in memory, within a bound, and nobody can tell but by
// the time it takes.
import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { serve, buildProject, project, write } from "./_project.ts";

const KIB = 1024;
const bytes = (letter: string, size: number) => new TextEncoder().encode(letter.repeat(size));
const FLAG = "export const prerender = true;\n";

describe("a body that is opened whole", () => {
  let body: typeof import("../../lib/build/body.ts");

  // What is kept belongs to the process: each test has a module of its own.
  beforeEach(async () => {
    vi.resetModules();
    body = await import("../../lib/build/body.ts");
  });

  /** Files of these sizes, each of a letter of its own. */
  function filesOf(...sizes: number[]) {
    const root = project({});
    return sizes.map((size, at) => {
      const path = join(root, `${at}.txt`);
      writeFileSync(path, String.fromCharCode(97 + (at % 26)).repeat(size));
      return { path, size, open: () => body.openWholeBody(path, size), remove: () => rmSync(path) };
    });
  }

  it("is read once, and not asked of the disk again", async () => {
    const [file] = filesOf(5 * KIB);
    const first = await file?.open();
    file?.remove();
    expect(first).toEqual(bytes("a", 5 * KIB));
    expect(await file?.open()).toBe(first);
  });

  it("is read anew when the file has another size by now", async () => {
    const [file] = filesOf(100);
    await file?.open();
    const path = String(file?.path);
    writeFileSync(path, "b".repeat(101));
    expect(await body.openWholeBody(path, 101)).toEqual(bytes("b", 101));
    expect(await body.openWholeBody(path, 101)).toEqual(bytes("b", 101));
  });

  it("is not kept when it could not be read", async () => {
    const [file] = filesOf(100);
    const path = String(file?.path);
    truncateSync(path, 50);
    await expect(file?.open()).rejects.toThrow("shorter");
    writeFileSync(path, "c".repeat(100));
    expect(await file?.open()).toEqual(bytes("c", 100));
  });

  it("is kept up to 64 KiB, and a stream from the disk beyond, each time", async () => {
    const [most, large] = filesOf(64 * KIB, 64 * KIB + 1);
    expect(await most?.open()).toBeInstanceOf(Uint8Array);
    for (let round = 0; round < 2; round++) {
      const stream = await large?.open();
      expect(stream).toBeInstanceOf(ReadableStream);
      const read = await new Response(stream).arrayBuffer();
      expect(Buffer.from(read).equals(Buffer.alloc(64 * KIB + 1, "b"))).toBe(true);
    }
    most?.remove();
    large?.remove();
    expect(await most?.open()).toBeInstanceOf(Uint8Array);
    await expect(large?.open()).rejects.toThrow("ENOENT");
  });

  it("is kept within 4 MiB together: what was not asked for longest goes first", async () => {
    const files = filesOf(...Array.from({ length: 66 }, () => 64 * KIB));
    for (const file of files.slice(0, 64)) await file.open();
    // The first is asked for again, so that the second and the third have to go for two more.
    await files[0]?.open();
    for (const file of files.slice(64)) await file.open();
    for (const file of files) file.remove();
    const missing: number[] = [];
    for (const [at, file] of files.entries()) await file.open().catch(() => missing.push(at));
    expect(missing).toEqual([1, 2]);
  });

  it("counts what it keeps once, however often it is opened at the same time", async () => {
    const files = filesOf(...Array.from({ length: 64 }, () => 64 * KIB));
    const [first] = files;
    await Promise.all(Array.from({ length: 200 }, () => first?.open()));
    for (const file of files) await file.open();
    for (const file of files) file.remove();
    for (const file of files) await expect(file.open()).resolves.toHaveLength(64 * KIB);
  });
});

describe("a prerendered answer that was asked for before", () => {
  const page = (text: string) =>
    `${FLAG}export const GET = () => new Response(${JSON.stringify(text)});`;
  const letters = "abcdefghijklmnopqrstuvwxyz";

  it("is the new one after a build of the same length, and the old one where that is still served", async () => {
    const root = project({ "src/pages/a.txt.js": page("one") });
    await buildProject(root);
    const before = serve(root);
    for (let round = 0; round < 2; round++) expect(await before.text("/a.txt")).toBe("one");
    write(root, { "src/pages/a.txt.js": page("two") });
    await buildProject(root);
    const after = serve(root);
    for (let round = 0; round < 2; round++) {
      expect(await after.text("/a.txt")).toBe("two");
      expect(await before.text("/a.txt")).toBe("one");
    }
    const [old, fresh] = [await before.fetch("/a.txt"), await after.fetch("/a.txt")];
    expect(old.headers.get("etag")).not.toBe(fresh.headers.get("etag"));
  });

  it("gives pieces, conditions and HEAD as before", async () => {
    const root = project({ "src/pages/a.txt.js": page(letters) });
    await buildProject(root);
    const app = serve(root);
    const ask = async (headers: Record<string, string>, method = "GET") => {
      const answer = await app.fetch("/a.txt", { method, headers });
      const { status } = answer;
      return [status, answer.headers.get("content-length"), await answer.text()];
    };
    const etag = String((await app.fetch("/a.txt")).headers.get("etag"));
    for (let round = 0; round < 2; round++) {
      expect(await ask({})).toEqual([200, "26", letters]);
      expect(await ask({ range: "bytes=2-4" })).toEqual([206, "3", "cde"]);
      expect(await ask({ range: "bytes=-2" })).toEqual([206, "2", "yz"]);
      expect((await ask({ range: "bytes=26-" }))[0]).toBe(416);
      expect(await ask({}, "HEAD")).toEqual([200, "26", ""]);
      expect(await ask({ "if-none-match": etag })).toEqual([304, null, ""]);
    }
  });

  it("cannot be changed for others by who gets it through a rewrite", async () => {
    const root = project({
      "src/pages/a.txt.js": page(letters),
      "src/pages/b.js": `export const GET = async (context) => {
        const response = await context.rewrite("/a.txt");
        const reader = response.body.getReader();
        const { value } = await reader.read();
        const text = Buffer.from(value).toString();
        value.fill(120);
        return new Response(text);
      };`,
    });
    await buildProject(root);
    const app = serve(root);
    for (let round = 0; round < 3; round++) {
      expect(await app.text("/b")).toBe(letters);
      expect(await app.text("/a.txt")).toBe(letters);
    }
  });
});
