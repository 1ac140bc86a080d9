// CommonJS that pages have: in hosts that are CommonJS too, each a process of its own, and below ES modules.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";
import { HOSTS, reloads, startDev } from "./_hosts.ts";

const fixture = JSON.stringify(new URL("./fixtures/editing.cjs", import.meta.url).pathname);

/** What a CommonJS host prints that runs these statements. */
async function run(statements: string, args: string[] = []): Promise<unknown> {
  const root = writeApp({
    "package.json": '{ "type": "commonjs" }',
    "host.js": `
      const { openExpress, openFastify, until, saver, pageOf, libOf, print } = require(${fixture});
      const root = __dirname;
      const save = saver(root);
      save("src/pages/page.js", pageOf("page 1"));
      save("src/lib.js", libOf("lib 1"));
      (async () => { ${statements} })();`,
  });
  link(root, "starbridge", "tsx");
  // What Node says of itself (22.12: require() of an ES module) is not of interest.
  const quiet = "--disable-warning=ExperimentalWarning";
  const { stdout, stderr } = await runNode(root, [quiet, ...args, "host.js"]);
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

describe("CommonJS pages of a bridge that is closed and made again", () => {
  it.each(["openExpress", "openFastify"])("are what was saved meanwhile, with %s", async (open) => {
    const statements = `
      const first = await ${open}(root);
      const answers = [await first.ask()];
      await first.close();
      save("src/lib.js", libOf("lib 2"));
      save("src/pages/page.js", pageOf("page 2"));
      const second = await ${open}(root);
      answers.push(await second.ask());
      save("src/lib.js", libOf("lib 3"));
      answers.push(await until(second.ask, "page 2 lib 3"));
      await second.close();
      print([answers, second.logs]);`;
    expect(await run(statements)).toEqual([
      ["page 1 lib 1", "page 2 lib 2", "page 2 lib 3"],
      ["reloaded src/lib.js (1 module)"],
    ]);
  });

  it("stay as they are for another bridge that has them", async () => {
    const statements = `
      save("src/lib.js", "globalThis.loads = (globalThis.loads ?? 0) + 1;" + libOf("lib 1"));
      const first = await openExpress(root);
      const second = await openFastify(root);
      const answers = [await first.ask(), await second.ask()];
      await first.close();
      const third = await openExpress(root);
      answers.push(await second.ask(), await third.ask(), globalThis.loads);
      save("src/lib.js", libOf("lib 2"));
      answers.push(await until(second.ask, "page 1 lib 2"), await until(third.ask, "page 1 lib 2"));
      await second.close();
      await third.close();
      print(answers);`;
    const before = ["page 1 lib 1", "page 1 lib 1", "page 1 lib 1", "page 1 lib 1", 1];
    const after = ["page 1 lib 2", "page 1 lib 2"];
    expect(await run(statements)).toEqual([...before, ...after]);
  });
});

describe("two bridges over the same CommonJS files", () => {
  it("both reload, whichever of them hears of a change first", async () => {
    const statements = `
      const bridges = [await openExpress(root), await openFastify(root), await openExpress(root)];
      const all = (wanted) => Promise.all(bridges.map(({ ask }) => until(ask, wanted)));
      const answers = [await all("page 1 lib 1")];
      save("src/lib.js", libOf("lib 2"));
      answers.push(await all("page 1 lib 2"));
      save("src/pages/page.js", pageOf("page 2"));
      answers.push(await all("page 2 lib 2"));
      save("src/lib.js", libOf("lib 3"));
      answers.push(await all("page 2 lib 3"));
      for (const { close } of bridges) await close();
      print([answers, bridges.map(({ logs }) => logs)]);`;
    const logs = ["src/lib.js", "src/pages/page.js", "src/lib.js"];
    const expected = logs.map((file) => `reloaded ${file} (1 module)`);
    expect(await run(statements)).toEqual([
      ["page 1 lib 1", "page 1 lib 2", "page 2 lib 2", "page 2 lib 3"].map((text) =>
        Array(3).fill(text),
      ),
      [expected, expected, expected],
    ]);
  });
});

describe("a CommonJS host", () => {
  it.each([
    ["by Node", [] as string[]],
    ["by tsx", ["--import", "tsx"]],
  ])("hears nothing of its own files that no page uses, run %s", async (_how, args) => {
    const statements = `
      save("legacy.js", "exports.legacy = 1;");
      require("./legacy.js");
      const bridge = await openExpress(root);
      await bridge.ask();
      save("legacy.js", "exports.legacy = 2;");
      save("src/pages/page.js", pageOf("page 2"));
      await until(bridge.ask, "page 2 lib 1");
      await bridge.close();
      print(bridge.logs);`;
    expect(await run(statements, args)).toEqual(["reloaded src/pages/page.js (1 module)"]);
  });

  it("is told to restart for a file of its own that a CommonJS page uses", async () => {
    const statements = `
      require("./src/lib.js");
      const bridge = await openExpress(root);
      await bridge.ask();
      save("src/lib.js", libOf("lib 2"));
      await until(() => bridge.logs.length, 1);
      save("src/pages/page.js", pageOf("page 2"));
      const answer = await until(bridge.ask, "page 2 lib 1");
      await bridge.close();
      print([answer, bridge.logs]);`;
    expect(await run(statements)).toEqual([
      "page 2 lib 1",
      [
        "src/lib.js was changed, but the host has loaded it: restart the host.",
        "reloaded src/pages/page.js (1 module)",
      ],
    ]);
  });

  it("shares with its pages what it requires after them", async () => {
    const statements = `
      const bridge = await openExpress(root);
      const answers = [await bridge.ask()];
      require("./src/lib.js").text = "set by the host";
      save("src/pages/page.js", pageOf("page 2"));
      answers.push(await until(bridge.ask, "page 2 set by the host"));
      save("src/lib.js", libOf("lib 2"));
      await until(() => bridge.logs.length, 2);
      answers.push(await bridge.ask());
      await bridge.close();
      const again = await openFastify(root);
      answers.push(await again.ask());
      await again.close();
      print([answers, bridge.logs]);`;
    expect(await run(statements)).toEqual([
      ["page 1 lib 1", ...Array(3).fill("page 2 set by the host")],
      [
        "reloaded src/pages/page.js (1 module)",
        "src/lib.js was changed, but the host has loaded it: restart the host.",
      ],
    ]);
  });

  it("has pages of now after a change of settings, CommonJS too", async () => {
    const statements = `
      const bridge = await openExpress(root);
      const answers = [await bridge.ask()];
      save("package.json", '{ "type": "commonjs", "name": "other" }');
      save("src/lib.js", libOf("lib 2"));
      answers.push(await until(bridge.ask, "page 1 lib 2"));
      await bridge.close();
      print(answers);`;
    expect(await run(statements)).toEqual(["page 1 lib 1", "page 1 lib 2"]);
  });
});

describe.each(HOSTS)("in a running %s host", (name) => {
  const requiring = `
    import { createRequire } from "node:module";
    const require = createRequire(import.meta.url);`;

  it("what an ES module requires reloads with it, and is nobody else's", async () => {
    const host = await startDev(name, {
      "src/lib/far.cjs": "exports.far = 'far 1';",
      "src/lib/near.cjs": "exports.near = require('./far.cjs').far;",
      "src/lib/data.json": '{ "text": "data 1" }',
      "src/pages/a.ts": `
        ${requiring}
        const { near } = require("../lib/near.cjs");
        const { text } = require("../lib/data.json");
        export const GET = () => new Response(near + ", " + text);`,
      // It finds there what the other one has loaded, and the other way round.
      "src/pages/b.ts": `
        ${requiring}
        import { text } from "../lib/data.json";
        const { far } = require("../lib/far.cjs");
        export const GET = () => new Response(far + ", " + text);`,
      "src/pages/c.ts": 'export const GET = () => new Response("c");',
    });
    expect(await host.ask("/b")).toBe("200 far 1, data 1");
    expect(await host.ask("/a")).toBe("200 far 1, data 1");
    host.write("src/lib/far.cjs", "exports.far = 'far 2';");
    await host.until("/a", "200 far 2, data 1");
    await host.until("/b", "200 far 2, data 1");
    host.write("src/lib/data.json", '{ "text": "data 2" }');
    await host.until("/a", "200 far 2, data 2");
    await host.until("/b", "200 far 2, data 2");
    host.write("src/lib/near.cjs", "exports.near = 'near 3';");
    await host.until("/a", "200 near 3, data 2");
    expect(reloads(host)).toHaveLength(3);
    expect(host.logs.filter(({ level }) => level !== "info")).toEqual([]);
  });

  it("CommonJS beside one that failed is what was saved last", async () => {
    const host = await startDev(name, {
      "src/lib/fine.cjs": "exports.fine = 'fine 1';",
      "src/lib/near.cjs": `
        exports.near = require("./fine.cjs").fine;
        if (exports.near === "fine 1") throw new Error("too old");`,
      "src/pages/a.ts":
        'import { near } from "../lib/near.cjs"; export const GET = () => new Response(near);',
    });
    expect(await host.ask("/a")).toMatch(/^500 /);
    host.write("src/lib/fine.cjs", "exports.fine = 'fine 2';");
    await host.until("/a", "200 fine 2");
  });

  it("an ES module that CommonJS requires needs a restart, and who hands it on does not", async () => {
    const host = await startDev(name, {
      "src/lib/text.mjs": "export const text = 'text 1';",
      "src/lib/near.cjs": 'module.exports = require("./text.mjs");',
      "src/pages/a.ts":
        'import { text } from "../lib/near.cjs"; export const GET = () => new Response(text);',
    });
    expect(await host.ask("/a")).toBe("200 text 1");
    host.write("src/lib/text.mjs", "export const text = 'text 2';");
    await expect
      .poll(() => host.logs.map(({ text }) => text), { timeout: 5000 })
      .toEqual(["src/lib/text.mjs was changed, but the host has loaded it: restart the host."]);
    host.write("src/lib/near.cjs", "exports.text = 'near 2';");
    await host.until("/a", "200 near 2");
  });
});

describe("a CommonJS page that is removed before anybody asked for it", () => {
  it("is the host's, without a word", async () => {
    const host = await startDev("express", {
      "src/pages/c/package.json": '{ "type": "commonjs" }',
      "src/pages/c/a.js": "module.exports = { GET: () => new Response('a') };",
    });
    host.remove("src/pages/c/a.js");
    expect(await host.ask("/c/a")).toMatch(/^404 /);
    expect(host.logs.filter(({ level }) => level !== "info")).toEqual([]);
  });
});

describe("CommonJS outside of the root", () => {
  it("reloads with the pages that import it", async () => {
    const root = writeApp({
      "app/package.json": '{ "type": "module" }',
      "app/src/pages/a.js": `
        import lib from "../../../shared/lib.cjs";
        export const GET = () => new Response(lib.text);`,
      "shared/lib.cjs": "exports.text = 'old';",
    });
    link(root, "starbridge");
    const app = createApp({ root: join(root, "app"), dev: true });
    onTestFinished(() => app.close());
    const ask = async () => (await app.fetch(new Request("http://localhost/a"))).text();
    expect(await ask()).toBe("old");
    // The watcher begins with it now, and no look comes any more.
    await new Promise((resolve) => setTimeout(resolve, 1600));
    writeFileSync(join(root, "shared/lib.cjs"), "exports.text = 'new';");
    await expect.poll(ask, { timeout: 5000 }).toBe("new");
  });
});
