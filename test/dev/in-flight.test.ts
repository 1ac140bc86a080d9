// A request between its match and its answer, while files change.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createApp } from "starbridge";
import { describe, expect, it, onTestFinished } from "vitest";
import { fromRequest } from "../../lib/incoming.ts";
import { link, writeApp } from "../lib/loader/_app.ts";
import { page } from "./_hosts.ts";

const middleware = (text: string) => `
  export const onRequest = async (context, next) => {
    const response = await next();
    response.headers.set("x-middleware", ${JSON.stringify(text)});
    return response;
  };`;

async function start(files: Record<string, string>) {
  const root = writeApp({ "package.json": '{ "type": "module" }', ...files });
  link(root, "starbridge");
  const logger = { info() {}, warn() {}, error() {} };
  const app = createApp({ root, dev: true, logger });
  onTestFinished(() => app.close());
  await app.ready();
  const ask = async (path: string) => {
    const response = await app.fetch(new Request(`http://localhost${path}`));
    const text = await response.text();
    return response.ok ? text : String(response.status);
  };
  return {
    app,
    ask,
    until: (path: string, wanted: string) =>
      expect.poll(() => ask(path), { timeout: 5000 }).toBe(wanted),
    write: (name: string, text: string) => writeFileSync(join(root, name), text),
    rename: (from: string, to: string) => renameSync(join(root, from), join(root, to)),
    remove: (name: string) => rmSync(join(root, name)),
    async handle(path: string, match: ReturnType<typeof app.match>) {
      if (match === undefined) throw new Error(`${path} is not matched.`);
      const response = await app.handle(fromRequest(new Request(`http://localhost${path}`)), match);
      return `${await response.text()} ${response.headers.get("x-middleware")}`;
    },
  };
}

describe("a request that was matched before a reload", () => {
  it("is handled with the module and the middleware of then", async () => {
    const host = await start({
      "src/middleware.ts": middleware("old"),
      "src/pages/a.ts": page("old"),
    });
    await host.until("/a", "old");
    const match = host.app.match("GET", "/a");
    host.write("src/middleware.ts", middleware("new"));
    host.write("src/pages/a.ts", page("new"));
    await host.until("/a", "new");
    await expect
      .poll(() => host.handle("/a", host.app.match("GET", "/a")), { timeout: 5000 })
      .toBe("new new");
    expect(await host.handle("/a", match)).toBe("old old");
  });

  it("is answered although its file is gone, and rewrites with the table of then", async () => {
    const host = await start({
      "src/pages/a.ts": "export const GET = ({ rewrite }) => rewrite('/target');",
      "src/pages/target.ts": page("target"),
    });
    await host.until("/a", "target");
    const match = host.app.match("GET", "/a");
    host.remove("src/pages/a.ts");
    host.rename("src/pages/target.ts", "src/pages/moved.ts");
    await host.until("/moved", "target");
    await host.until("/target", "404");
    await host.until("/a", "404");
    expect(await host.handle("/a", match)).toBe("target null");
  });

  it("has the modules of then, those that it asks for while it is handled among them", async () => {
    const gates = globalThis as { gate?: Promise<void> };
    const host = await start({
      "src/v.ts": "export const v = 'v1';",
      "src/w.ts": "import { v } from './v.ts'; export const w = \"w1\" + v;",
      "src/pages/a.ts": `
        import { v } from "../v.ts";
        export const GET = async () => {
          await globalThis.gate;
          return new Response(v + (await import("../w.ts")).w);
        };`,
      "src/pages/b.ts": "export const GET = async () => new Response((await import('../w.ts')).w);",
    });
    await host.until("/a", "v1w1v1");
    let open = () => {};
    gates.gate = new Promise((resolve) => {
      open = resolve;
    });
    const before = host.ask("/a");
    host.write("src/v.ts", "export const v = 'v2';");
    await host.until("/b", "w1v2");
    host.write("src/w.ts", "import { v } from './v.ts'; export const w = \"w2\" + v;");
    await host.until("/b", "w2v2");
    open();
    expect(await before).toBe("v1w1v1");
    await host.until("/a", "v2w2v2");
  });

  it("gets what it asks for, although settings were changed and everything is loaded anew", async () => {
    const gates = globalThis as { gate?: Promise<void> };
    const host = await start({
      ".env": "PUBLIC_V=1",
      "src/late.ts": "export const late = import.meta.env.PUBLIC_V;",
      "src/pages/a.ts": `
        export const GET = async () => {
          await globalThis.gate;
          return new Response((await import("../late.ts")).late);
        };`,
      "src/pages/b.ts": "export const GET = () => new Response(import.meta.env.PUBLIC_V);",
    });
    let open = () => {};
    gates.gate = new Promise((resolve) => {
      open = resolve;
    });
    await host.until("/b", "1");
    const before = host.ask("/a");
    host.write(".env", "PUBLIC_V=2");
    await host.until("/b", "2");
    // Nobody may go by the clock: a request lasts as long as it lasts.
    const since = performance.now();
    await expect.poll(() => performance.now() - since, { timeout: 5000 }).toBeGreaterThan(1200);
    open();
    expect(await before).toBe("1");
    await host.until("/a", "2");
  });
});
