import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";
import { reloads, startDev } from "./_hosts.ts";

// What a page asks for through the constructor of functions no runner sees: it stands for the host, which loads the
// same file later than the pages do.
const files = {
  "src/service.ts": "export const service = {};",
  "src/service.js": "export const service = {};",
  "src/pages/page.ts": `
    import { service } from "../service.js";
    const nativeImport = new Function("url", "return import(url)");
    export const GET = async () => {
      const ofHost = await nativeImport(new URL("../service.js", import.meta.url).href);
      return Response.json({ isOne: ofHost.service === service });
    };`,
};

describe("a file that the host loads after the pages", () => {
  it("is there twice, which a warning says once, with a way out", async () => {
    const host = await startDev("express", files);
    expect(await host.ask("/page")).toBe('200 {"isOne":false}');
    const warnings = () => host.logs.filter(({ level }) => level === "warn");
    host.write("src/pages/page.ts", `${files["src/pages/page.ts"]} export const version = 2;`);
    await expect.poll(warnings, { timeout: 5000 }).toHaveLength(1);
    expect(warnings()[0]?.text).toMatch(
      /^src\/service\.js is loaded twice, .* shared: \["src\/service\.js"\]/,
    );
  });

  it("is there once when the option names it", async () => {
    const host = await startDev("express", files, { shared: ["src/serv*.js"] });
    expect(await host.ask("/page")).toBe('200 {"isOne":true}');
    host.write(
      "src/pages/page.ts",
      `${files["src/pages/page.ts"]} export const POST = () => new Response("2");`,
    );
    await host.until("/page", "200 2", { method: "POST" });
    expect(await host.ask("/page")).toBe('200 {"isOne":true}');
    expect(host.logs.filter(({ level }) => level === "warn")).toEqual([]);
  });
});

describe("a source that the option maps to a file of the host", () => {
  const mapped = {
    "package.json": '{ "type": "module" }',
    "src/db.ts": "export const db: { of: string } = { of: 'source' };",
    "out/server/db.js": "export const db = { of: 'host' };",
    "src/pages/page.ts": `
      import { db } from "../db.ts";
      export const GET = () => (db.seen = (db.seen ?? 0) + 1, Response.json(db));`,
    "host.js": `
      import { appendFileSync } from "node:fs";
      import { createApp } from "starbridge";
      const isEarly = process.argv[2] === "early";
      if (isEarly) await import("./out/server/db.js");
      let reloaded;
      const reload = new Promise((resolve) => { reloaded = resolve; });
      const logger = { info: (text) => text.startsWith("reloaded") && reloaded(), warn: console.log, error: console.log };
      const shared = { "src/db.ts": "out/server/db.js" };
      const app = createApp({ root: import.meta.dirname, dev: true, logger, shared });
      const ask = async () => (await app.fetch(new Request("http://localhost/page"))).json();
      const answers = [await ask()];
      const { db } = await import("./out/server/db.js");
      answers.push({ ...db });
      const alive = setTimeout(() => {}, 10_000);
      appendFileSync("src/pages/page.ts", "\\n// changed");
      await reload;
      clearTimeout(alive);
      answers.push(await ask());
      console.log(JSON.stringify(answers));
      await app.close();`,
  };

  it.each(["early", "late"])(
    "is the host's instance, loaded %s, after a reload too",
    async (when) => {
      const root = writeApp(mapped);
      link(root, "starbridge");
      const { stdout, stderr } = await runNode(root, ["host.js", when]);
      expect(stderr).toBe("");
      expect(JSON.parse(stdout)).toEqual([
        { of: "host", seen: 1 },
        { of: "host", seen: 1 },
        { of: "host", seen: 2 },
      ]);
    },
  );

  it("is the source while the host is not compiled", async () => {
    const host = await startDev(
      "express",
      { "src/db.ts": mapped["src/db.ts"], "src/pages/page.ts": mapped["src/pages/page.ts"] },
      { shared: { "src/db.ts": "out/server/db.js" } },
    );
    expect(await host.ask("/page")).toBe('200 {"of":"source","seen":1}');
  });
});

describe("a file that the option names with !", () => {
  it("is there twice, and nobody is warned", async () => {
    const host = await startDev("express", files, { shared: ["!src/serv*.js"] });
    expect(await host.ask("/page")).toBe('200 {"isOne":false}');
    host.write("src/pages/page.ts", `${files["src/pages/page.ts"]} export const version = 2;`);
    await expect.poll(() => reloads(host), { timeout: 5000 }).toHaveLength(1);
    expect(await host.ask("/page")).toBe('200 {"isOne":false}');
    expect(host.logs.filter(({ level }) => level === "warn")).toEqual([]);
  });
});
