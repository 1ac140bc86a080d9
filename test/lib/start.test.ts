import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createApp } from "starbridge";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A project with these pages. */
function project(pages: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "starbridge-start-"));
  folders.push(root);
  writeFileSync(join(root, "package.json"), '{ "type": "module" }');
  for (const [file, source] of Object.entries(pages)) {
    const path = join(root, "src/pages", file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, source);
  }
  return root;
}

/** What is logged while an app over these pages starts. */
async function logged(pages: Record<string, string>): Promise<string[]> {
  const lines: string[] = [];
  const note = (level: string) => (fields: object | string, text?: string) =>
    void lines.push(`${level}: ${typeof fields === "string" ? fields : text}`);
  const logger = { info: note("info"), warn: note("warn"), error: note("error") };
  const app = createApp({ root: project(pages), logger });
  await app.ready();
  await app.close();
  return lines;
}

describe("the start", () => {
  it("warns of a file that answers no method, and names what it exports", async () => {
    const lines = await logged({ "a.js": "export default 1; export const get = () => {};" });
    expect(lines).toEqual([
      'warn: src/pages/a.js answers no method: it exports "default", "get". Export GET, POST … or ALL.',
    ]);
  });

  it("says nothing of files that answer something", async () => {
    const GET = 'export const GET = () => new Response("a");';
    expect(await logged({ "a.js": GET, "b.js": "export const ALL = () => {};" })).toEqual([]);
  });

  it("tells of ignored files in one line each", async () => {
    const GET = 'export const GET = () => new Response("a");';
    expect(await logged({ "a.js": GET, "a.test.js": "", "b.astro": "" })).toEqual([
      "info: Ignored: a.test.js is a test.",
      "info: Ignored: b.astro is a page, not an endpoint.",
    ]);
  });

  it("says each line once in development, and again only when it is new or has come back", async () => {
    const root = project({ "a.js": "export const get = 1;", "b.test.js": "" });
    const lines: string[] = [];
    let reloads = 0;
    const note = (text: string | object) => {
      if (String(text).startsWith("reloaded ")) reloads++;
      else lines.push(String(text));
    };
    const app = createApp({ root, dev: true, logger: { info: note, warn: note, error: note } });
    onTestFinished(() => app.close());
    await app.ready();
    const save = async (file: string, text: string) => {
      const before = reloads;
      writeFileSync(join(root, "src/pages", file), text);
      await expect.poll(() => reloads, { timeout: 5000 }).toBe(before + 1);
      // The table is made of what the reload gave: a turn later.
      await new Promise(setImmediate);
    };
    const ignored = "Ignored: b.test.js is a test.";
    const get = 'src/pages/a.js answers no method: it exports "get". Export GET, POST … or ALL.';
    const post = get.replace('"get"', '"post"');
    expect(lines).toEqual([ignored, get]);
    await save("c.js", 'export const GET = () => new Response("c");');
    expect(lines).toEqual([ignored, get]);
    await save("a.js", "export const post = 1;");
    expect(lines).toEqual([ignored, get, post]);
    await save("a.js", 'export const GET = () => new Response("a");');
    await save("a.js", "export const post = 1;");
    expect(lines).toEqual([ignored, get, post, post]);
  });

  it("takes a relative root from the working directory", async () => {
    const root = project({ "a.js": 'export const GET = () => new Response("a");' });
    const app = createApp({ root: relative(process.cwd(), root) });
    await app.ready();
    expect(app.config.root).toBe(root);
    expect(await (await app.fetch(new Request("http://localhost/a"))).text()).toBe("a");
    await app.close();
  });
});
