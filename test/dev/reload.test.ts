import { describe, expect, it } from "vitest";
import { HOSTS, page, reloads, startDev } from "./_hosts.ts";

const MIDDLEWARE = (text: string) => `
  export const onRequest = async (context, next) => {
    const response = await next();
    response.headers.set("x-middleware", ${JSON.stringify(text)});
    return response;
  };`;
const SHOWS_MIDDLEWARE =
  (text: string | null) => async (host: Awaited<ReturnType<typeof startDev>>) =>
    expect
      .poll(async () => (await host.fetch("/a")).headers.get("x-middleware"), { timeout: 5000 })
      .toBe(text);

describe.each(HOSTS)("a running %s host", (name) => {
  it("serves a page as it was saved last, with one line in the log", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("one") });
    expect(await host.ask("/a")).toBe("200 one");
    host.write("src/pages/a.ts", page("two"));
    await host.until("/a", "200 two");
    host.write("src/pages/a.ts", page("three"));
    await host.until("/a", "200 three");
    expect(reloads(host)).toEqual([
      expect.stringMatching(/^reloaded src\/pages\/a\.ts \(1 module\) in \d+ ms$/),
      expect.stringMatching(/^reloaded src\/pages\/a\.ts \(1 module\) in \d+ ms$/),
    ]);
  });

  it("serves the modules that a page imports as they were saved last, and leaves all others as they are", async () => {
    const counting = "let count = 0; export const next = () => ++count;";
    const host = await startDev(name, {
      "src/lib/far.ts": "export const far = 'far 1';",
      "src/lib/near.ts": "import { far } from './far'; export const near = () => far;",
      "src/lib/state.ts": counting,
      "src/pages/a.ts": `
        import { near } from "../lib/near.ts";
        import { next } from "../lib/state.ts";
        export const GET = () => new Response(near() + " " + next());`,
      "src/pages/other.ts": `${counting} export const GET = () => new Response(String(next()));`,
    });
    expect(await host.ask("/a")).toBe("200 far 1 1");
    expect(await host.ask("/other")).toBe("200 1");
    host.write("src/lib/far.ts", "export const far = 'far 2';");
    await host.until("/a", /^200 far 2 \d+$/);
    expect(Number((await host.ask("/a")).split(" ").pop())).toBeGreaterThan(2);
    expect(await host.ask("/other")).toBe("200 2");
    expect(reloads(host)[0]).toMatch(/^reloaded src\/lib\/far\.ts \(3 modules\) in/);
  });

  it("runs the middleware as it was saved last, from when there is one until there is none", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a") });
    await SHOWS_MIDDLEWARE(null)(host);
    host.write("src/middleware.ts", MIDDLEWARE("first"));
    await SHOWS_MIDDLEWARE("first")(host);
    host.write("src/middleware.ts", MIDDLEWARE("second"));
    await SHOWS_MIDDLEWARE("second")(host);
    host.remove("src/middleware.ts");
    await SHOWS_MIDDLEWARE(null)(host);
    expect(host.errors).toEqual([]);
  });

  it("lets nobody past a middleware that is broken, and goes on when it is mended", async () => {
    const host = await startDev(name, {
      "src/pages/a.ts": page("a"),
      "src/middleware.ts": MIDDLEWARE("guard"),
    });
    host.write("src/middleware.ts", "export const onRequest = (");
    await host.until("/a", /^500 src\/middleware\.ts could not be loaded/);
    host.write("src/middleware.ts", MIDDLEWARE("mended"));
    await SHOWS_MIDDLEWARE("mended")(host);
  });

  it("serves files and methods that are added, and leaves what was removed to the host", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a") }, {}, (app) =>
      app.get("/legacy", "legacy"),
    );
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    host.write(
      "src/pages/users/[id].ts",
      "export const GET = ({ params }) => Response.json(params);",
    );
    await host.until("/users/7", '200 {"id":"7"}');
    const post = {
      method: "POST",
      body: '{"a":1}',
      headers: { "content-type": "application/json" },
    };
    expect(await host.ask("/a", post)).toMatch(/^404 /);
    host.write(
      "src/pages/a.ts",
      `${page("a")} export const POST = async ({ request }) => new Response(await request.text());`,
    );
    await host.until("/a", '200 {"a":1}', post);
    expect(await host.ask("/a")).toBe("200 a");
    host.remove("src/pages/b.ts");
    await host.until("/b", /^404 /);
    host.remove("src/pages/a.ts");
    await host.until("/a", /^404 /);
    host.write("src/pages/a.ts", page("again"));
    await host.until("/a", "200 again");
    expect(await host.ask("/legacy")).toBe("200 legacy");
    expect(await host.ask("/nowhere")).toMatch(/^404 /);
  });

  it("leaves a page that was removed before anybody asked for it to the host, at once", async () => {
    const host = await startDev(name, {
      "src/pages/a.ts": page("a"),
      "src/pages/[x].ts": page("x"),
    });
    host.remove("src/pages/a.ts");
    host.remove("src/pages/[x].ts");
    expect(await host.ask("/other")).toMatch(/^404 /);
    expect(await host.ask("/a")).toMatch(/^404 /);
    expect(host.errors).toEqual([]);
    expect(host.logs.filter(({ level }) => level !== "info")).toEqual([]);
  });

  it.each(["package.json", "tsconfig.json", ".env"])(
    "leaves a page to the host that goes together with a change of %s",
    async (setting) => {
      const host = await startDev(name, {
        "src/pages/a.ts": page("a"),
        "src/pages/b.ts": page("b"),
      });
      expect(await host.ask("/a")).toBe("200 a");
      host.write(setting, setting === ".env" ? "A=1" : '{ "type": "module", "version": "2.0.0" }');
      await new Promise((resolve) => setTimeout(resolve, 15));
      host.remove("src/pages/a.ts");
      await host.until("/a", /^404 /);
      expect(await host.ask("/b")).toBe("200 b");
    },
  );

  it("says nothing of files that come and go beside the pages", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a") });
    expect(await host.ask("/a")).toBe("200 a");
    for (const file of ["#a.ts#", ".#a.ts", "README.md", "_draft.ts", "a.test.ts", "4913"]) {
      host.write(`src/pages/${file}`, "export {");
      host.remove(`src/pages/${file}`);
      host.write(`src/pages/other/${file}`, "export {");
    }
    host.write("src/pages/a.ts", page("changed"));
    await host.until("/a", "200 changed");
    host.write("src/pages/a.ts", page("again"));
    await host.until("/a", "200 again");
    expect(reloads(host).map((text) => text.replace(/ \(.*/, ""))).toEqual([
      "reloaded src/pages/a.ts",
      "reloaded src/pages/a.ts",
    ]);
  });

  it("reloads pages wherever they are, with names as they may be", async () => {
    const host = await startDev(
      name,
      {
        "dist/[own] (pages)/a.ts": page("a"),
        "dist/[own] (pages)/test-results/b.ts": page("b"),
        "dist/[own] (pages)/c#d?.js": page("c"),
      },
      { pages: "dist/[own] (pages)", build: name === "express" ? false : "dist" },
    );
    expect(await host.ask("/c%23d%3F")).toBe("200 c");
    for (const [file, url] of [
      ["a", "/a"],
      ["test-results/b", "/test-results/b"],
    ] as const) {
      host.write(`dist/[own] (pages)/${file}.ts`, page("changed"));
      await host.until(url, "200 changed");
    }
    const warnings = host.logs.filter(({ level }) => level !== "info").map(({ text }) => text);
    expect(warnings).toEqual([expect.stringContaining("c#d?.js does not reload")]);
  });

  it("follows a page that is renamed, and a folder of them", async () => {
    const host = await startDev(name, { "src/pages/old/a.ts": page("moved") });
    host.write("src/pages/new.ts", page("moved"));
    host.remove("src/pages/old");
    await host.until("/new", "200 moved");
    await host.until("/old/a", /^404 /);
    host.write("src/pages/old/a.ts", page("back"));
    await host.until("/old/a", "200 back");
  });

  it("shows what is wrong with a broken page, on that page only, and serves it once it is mended", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a"), "src/pages/b.ts": page("b") });
    host.write(
      "src/pages/a.ts",
      'type Answer = string;\n\nexport const GET = () => new Response("a"',
    );
    await host.until("/a", /^500 /);
    expect(await host.ask("/b")).toBe("200 b");
    const error = host.errors[0] as Error & { code: string };
    expect(error.code).toBe("STARBRIDGE_MODULE_FAILED");
    expect(error.message).toContain("src/pages/a.ts could not be loaded:");
    expect(error.message).toContain("(src/pages/a.ts:3:");
    expect(error.message).toContain('> 3 | export const GET = () => new Response("a"');
    expect(error.cause).toBeInstanceOf(Error);
    const logged = host.logs.filter(({ level }) => level === "error");
    expect(logged).toHaveLength(1);
    expect(logged[0]?.text).toContain("> 3 | export const GET");
    host.write("src/pages/a.ts", page("mended"));
    await host.until("/a", "200 mended");
  });

  it("names the line of a module that throws while it is loaded", async () => {
    const host = await startDev(name, {
      "src/lib/config.ts": 'interface Config { a: string }\n\nthrow new Error("no configuration");',
      "src/pages/a.ts": 'import "../lib/config";\nexport const GET = () => new Response();',
      "src/pages/b.ts": page("b"),
    });
    expect(await host.ask("/a")).toMatch(/^500 /);
    expect(host.errors[0]?.message).toContain("Error: no configuration (src/lib/config.ts:3:7)");
    expect(host.errors[0]?.message).toContain('> 3 | throw new Error("no configuration");');
    expect(await host.ask("/b")).toBe("200 b");
    host.write("src/lib/config.ts", "export {};");
    await host.until("/a", "200 ");
  });

  it("starts with a broken page and a broken middleware, and serves both once they are mended", async () => {
    const host = await startDev(name, {
      "src/middleware.ts": "export const onRequest =",
      "src/pages/a.ts": "export const GET = () => {",
    });
    expect(await host.ask("/a")).toMatch(/^500 src\/middleware\.ts could not be loaded/);
    host.write("src/middleware.ts", MIDDLEWARE("mended"));
    await host.until("/a", /^500 src\/pages\/a\.ts could not be loaded/);
    host.write("src/pages/a.ts", page("mended"));
    await host.until("/a", "200 mended");
  });

  it("serves a page whose missing import appears later", async () => {
    const host = await startDev(name, {
      "src/lib/near.ts": 'export { text } from "./missing.ts";',
      "src/pages/a.ts":
        'import { text } from "../lib/near";\nexport const GET = () => new Response(text);',
    });
    expect(await host.ask("/a")).toMatch(/^500 /);
    expect(host.errors[0]?.message).toContain(
      'it imports "./missing.ts", which does not exist (src/lib/near.ts:1:22)',
    );
    host.write("src/lib/missing.ts", 'export const text = "found";');
    await host.until("/a", "200 found");
    host.remove("src/lib/missing.ts");
    await host.until("/a", /^500 /);
    host.write("src/lib/missing.ts", 'export const text = "found again";');
    await host.until("/a", "200 found again");
  });

  it("sees saves by renaming, one after the other", async () => {
    const host = await startDev(name, {
      "src/pages/a.ts": page("0"),
      "src/lib/b.ts": "export {};",
    });
    for (const text of ["1", "2", "3", "4"]) {
      host.replace("src/pages/a.ts", page(text));
      await host.until("/a", `200 ${text}`);
    }
  });

  it("ends up with the last of several quick saves, and with the whole of one in two steps", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("0") });
    await host.until("/a", "200 0");
    for (let text = 1; text <= 20; text++) {
      host.write("src/pages/a.ts", page(String(text)));
      await host.ask("/a");
    }
    await host.until("/a", "200 20");
    host.write("src/pages/a.ts", "");
    await host.ask("/a");
    host.write("src/pages/a.ts", page("whole"));
    await host.until("/a", "200 whole");
  });

  it("lets a request in flight end with the modules it began with", async () => {
    const waiting = (text: string) => `
      import { word } from "../lib/word.ts";
      export const GET = async ({ url }) => {
        if (url.search === "?wait") {
          globalThis.started();
          await globalThis.released;
        }
        return new Response(${JSON.stringify(text)} + " " + word());
      };`;
    const host = await startDev(name, {
      "src/lib/word.ts": "export const word = () => 'old';",
      "src/pages/a.ts": waiting("old"),
    });
    let release = (): void => {};
    const started = new Promise((resolve) => {
      const released = new Promise<void>((done) => {
        release = done;
      });
      Object.assign(globalThis, { started: resolve, released });
    });
    const inFlight = host.ask("/a?wait");
    await started;
    host.write("src/lib/word.ts", "export const word = () => 'new';");
    host.write("src/pages/a.ts", waiting("new"));
    await host.until("/a", "200 new new");
    release();
    expect(await inFlight).toBe("200 old old");
  });

  it("keeps serving when a file appears whose name is no route, and says so", async () => {
    const host = await startDev(name, { "src/pages/a.ts": page("a") });
    host.write("src/pages/[a][b].ts", page("none"));
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    expect(host.logs.filter(({ level }) => level === "error")).toHaveLength(1);
    host.write("src/pages/a.ts", page("still reloads"));
    await host.until("/a", "200 still reloads");
  });

  it("says that a file of the host's own needs a restart, and does not load it again", async () => {
    const host = await startDev(name, {
      "src/db.cjs": "globalThis.loads = (globalThis.loads ?? 0) + 1; exports.db = 'db';",
      "src/pages/a.ts":
        'import { db } from "../db.cjs"; export const GET = () => new Response(db + globalThis.loads);',
    });
    const { createRequire } = await import("node:module");
    createRequire(`${host.root}/server.js`)("./src/db.cjs");
    const loads = (globalThis as { loads?: number }).loads;
    expect(await host.ask("/a")).toBe(`200 db${loads}`);
    host.write(
      "src/db.cjs",
      "globalThis.loads = (globalThis.loads ?? 0) + 1; exports.db = 'changed';",
    );
    await expect
      .poll(() => host.logs.map(({ text }) => text).join("\n"), { timeout: 5000 })
      .toContain("src/db.cjs was changed, but the host has loaded it: restart the host.");
    expect(await host.ask("/a")).toBe(`200 db${loads}`);
  });

  it("reloads CommonJS that pages have brought, and all that asked for it", async () => {
    const host = await startDev(name, {
      "src/lib/far.cjs": "exports.far = 'far 1';",
      "src/lib/near.cjs": "exports.near = () => require('./far.cjs').far;",
      "src/pages/a.ts":
        'import { near } from "../lib/near.cjs"; export const GET = () => new Response(near());',
    });
    expect(await host.ask("/a")).toBe("200 far 1");
    host.write("src/lib/far.cjs", "exports.far = 'far 2';");
    await host.until("/a", "200 far 2");
    host.write("src/lib/near.cjs", "exports.near = (");
    await host.until("/a", /^500 /);
    host.write("src/lib/near.cjs", "exports.near = () => 'mended';");
    await host.until("/a", "200 mended");
  });
});
