import { describe, expect, it } from "vitest";
import { startDev } from "./_hosts.ts";

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
