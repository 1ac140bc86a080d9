// Which `Response` a page means while it is worked on: the light one, by the name alone, and after every reload.
import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";
import { HOSTS, reloads, startDev } from "./_hosts.ts";

const isPlatforms = "Response === globalThis.Response";

const files = {
  "src/pages/a.ts": `
import type { APIRoute } from "astro";
import { Response as Packaged } from "parts";
import { made } from "../made.ts";
function own(Response: unknown): unknown { return Response; }
function local(): string { const Response = "local"; return Response; }
class Mine extends Response {}
const holder = { Response: "member" };
export const GET: APIRoute = (): Response => Response.json([
  ${isPlatforms},
  made === Response,
  Packaged === globalThis.Response,
  own("given"),
  local(),
  holder.Response,
  ((Response) => Response)("arrow"),
  typeof Response,
  new Mine("x") instanceof Mine && new Mine("x") instanceof globalThis.Response,
  new globalThis.Response() instanceof Response,
  new Response() instanceof globalThis.Response,
]);
`,
  "src/made.ts": "export const made = Response;\n",
  "src/middleware.ts": `export const onRequest = async (_context, next) => {
  const response = await next();
  response.headers.set("x-same", String(${isPlatforms}));
  return response;
};
`,
  "src/pages/declared.ts": `class Response extends globalThis.Response {}
export const GET = () => new Response(String(Object.getPrototypeOf(Response) === globalThis.Response));
`,
  "src/mine.ts": `export class Response extends globalThis.Response { readonly mine = true; }
`,
  "src/pages/imported.ts": `import { Response } from "../mine.ts";
export const GET = () => new globalThis.Response(String(new Response("x").mine));
`,
  "src/pages/light.ts": `import { Response } from "starbridge/web";
export const GET = () => new Response(String(${isPlatforms}));
`,
  "node_modules/parts/package.json":
    '{ "name": "parts", "type": "module", "exports": "./parts.js" }',
  "node_modules/parts/parts.js": "const mine = Response;\nexport { mine as Response };\n",
};
const platform = globalThis.Response;
const bound = ["given", "local", "member", "arrow", "function", true, true, true];

describe.each(HOSTS)("the name Response in development on %s", (name) => {
  it("is the light one in pages, middleware and their own modules, and in no package", async () => {
    const host = await startDev(name, files);
    const response = await host.fetch("/a");
    expect(response.headers.get("x-same")).toBe("false");
    expect(await response.json()).toEqual([false, true, true, ...bound]);
    expect(globalThis.Response).toBe(platform);
  });

  it("is the platform's with `lightResponse: false`", async () => {
    const host = await startDev(name, files, { lightResponse: false });
    const response = await host.fetch("/a");
    expect(response.headers.get("x-same")).toBe("true");
    expect(await response.json()).toEqual([true, true, true, ...bound]);
    expect(await host.ask("/light")).toBe("200 false");
  });

  it("is what a module declares or imports by itself, the light one too", async () => {
    const host = await startDev(name, files);
    expect(await host.ask("/declared")).toBe("200 true");
    expect(await host.ask("/imported")).toBe("200 true");
    expect(await host.ask("/light")).toBe("200 false");
  });

  it("is the same after reloads of the page, of what it imports, and of the settings", async () => {
    const page = (text: string) => `import { made } from "../made.ts";
export const GET = () => new Response(["${text}", ${isPlatforms}, made === Response].join());
`;
    const host = await startDev(name, { ...files, "src/pages/b.ts": page("one") });
    expect(await host.ask("/b")).toBe("200 one,false,true");
    host.write("src/pages/b.ts", page("two"));
    await host.until("/b", "200 two,false,true");
    host.write("src/made.ts", "export const made = Response; // again\n");
    await host.until("/b", "200 two,false,true");
    // Vite starts anew for this one.
    const before = reloads(host).length;
    host.write(".env", "PUBLIC_A=1\n");
    await expect
      .poll(async () => {
        await host.ask("/b");
        return reloads(host).length;
      })
      .toBeGreaterThan(before);
    expect(await host.ask("/b")).toBe("200 two,false,true");
    expect(globalThis.Response).toBe(platform);
  });

  it("means what the page says by now, when a declaration comes and goes", async () => {
    const free = `export const GET = () => new Response(String(${isPlatforms}));\n`;
    const own = `class Response extends globalThis.Response {}
export const GET = () => new Response(String(new Response().constructor === Response));
`;
    const host = await startDev(name, { "src/pages/c.ts": free });
    expect(await host.ask("/c")).toBe("200 false");
    host.write("src/pages/c.ts", own);
    await host.until("/c", "200 true");
    host.write("src/pages/c.ts", free);
    await host.until("/c", "200 false");
  });
});

describe("the name Response in development", () => {
  it("is the platform's in a page of CommonJS, which knows no imports", async () => {
    const host = await startDev("express", {
      "package.json": '{ "type": "commonjs" }',
      "src/pages/common.js": `exports.GET = () => new Response(String(${isPlatforms}));\n`,
    });
    expect(await host.ask("/common")).toBe("200 true");
  });
});

// The stacks that the test runner maps are not ours: a process of its own.
const failing = {
  "package.json": '{ "type": "module" }',
  "src/pages/[kind].ts": `
    import type { APIRoute } from "astro";

    interface Body {
      text: string;
    }

    const body: Body = { text: "x" };
    const fail = (): never => { throw new Error("behind"); };

    export const GET: APIRoute = ({ params }) => {
      if (params.kind === "status") return new Response(body.text, { status: 42 });
      return [Response.json(body), new Response(body.text), fail()][0] as Response;
    };`,
  "host.js": `
    import { readFileSync, writeFileSync } from "node:fs";
    import { createApp } from "starbridge";
    const stacks = [];
    let latest;
    const logger = { info() {}, warn() {}, error: ({ err }) => { latest = err.stack; } };
    const app = createApp({ root: import.meta.dirname, dev: true, logger });
    await app.ready();
    const ask = async (path) => {
      const { status } = await app.fetch(new Request("http://localhost" + path));
      return status === 500 ? latest : "answered " + status;
    };
    for (const path of ["/status", "/behind"]) stacks.push(await ask(path));
    const file = new URL("src/pages/[kind].ts", import.meta.url);
    writeFileSync(file, "\\n\\n" + readFileSync(file, "utf8"));
    const deadline = Date.now() + 10000;
    let again = stacks[1];
    while (again === stacks[1] && Date.now() < deadline) {
      // The watcher needs a turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve));
      again = await ask("/behind");
    }
    stacks.push(await ask("/status"), again);
    await app.close();
    process.stdout.write(JSON.stringify(stacks));`,
};

describe("the stack of an error in a page that the light Response is bound in", () => {
  it("names line and column of the source, before and after a reload", async () => {
    const root = writeApp(failing);
    link(root, "starbridge");
    const { stdout, stderr } = await runNode(root, ["host.js"]);
    expect(stderr).toBe("");
    const [status, behind, statusAgain, behindAgain] = JSON.parse(stdout) as string[];
    const page = String.raw`\/src\/pages\/\[kind\]\.ts`;
    const at = (place: string) => new RegExp(`^ {4}at .*${page}:${place}\\)?$`, "m");
    expect(status).toMatch(/^RangeError/);
    expect(status).toMatch(at("12:44"));
    expect(behind).toMatch(at("9:39"));
    expect(behind).toMatch(at("13:61"));
    expect(statusAgain).toMatch(at("14:44"));
    expect(behindAgain).toMatch(at("11:39"));
    expect(behindAgain).toMatch(at("15:61"));
  });
});
