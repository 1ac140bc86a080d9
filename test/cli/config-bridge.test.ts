import express from "express";
import Fastify from "fastify";
import { createTestApp } from "starbridge/testing";
import { starbridge as expressBridge } from "starbridge/express";
import { starbridge as fastifyPlugin } from "starbridge/fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { esm, writeApp } from "./_cli.ts";

const project = {
  ...esm,
  "starbridge.config.js": `export default {
    pages: "api",
    site: "https://file.test",
    methodMismatch: "405",
    security: { bodySizeLimit: 4, checkOrigin: false },
    locals: () => ({ from: "file" }),
  };`,
  "api/facts.js": `export const GET = ({ site, locals }) => Response.json([site, locals.from]);
    export const PUT = async ({ request }) => new Response(await request.text());`,
};

describe("a bridge beside a config file", () => {
  it("reads it on Express", async () => {
    const app = express();
    const bridge = expressBridge({ root: writeApp(project) });
    app.use(bridge);
    const server = app.listen(0);
    onTestFinished(() => void server.close());
    await bridge.ready();
    const url = `http://localhost:${(server.address() as { port: number }).port}/facts`;
    expect(await (await fetch(url)).json()).toEqual(["https://file.test/", "file"]);
    expect((await fetch(url, { method: "PATCH" })).status).toBe(405);
    expect((await fetch(url, { method: "PUT", body: "12345" })).status).toBe(413);
    await bridge.close();
  });

  it("reads it on Fastify", async () => {
    const app = Fastify();
    await app.register(fastifyPlugin, { root: writeApp(project) });
    const answer = await app.inject("/facts");
    expect(answer.json()).toEqual(["https://file.test/", "file"]);
    expect((await app.inject({ method: "PATCH", url: "/facts" })).statusCode).toBe(405);
    await app.close();
  });

  it("lets what is given in code win", async () => {
    const app = createTestApp({ root: writeApp(project), site: "https://code.test" });
    expect(await (await app.fetch("/facts")).json()).toEqual(["https://code.test/", "file"]);
    await app.close();
  });

  it("does not start with a wrong one, and says which", async () => {
    const root = writeApp({ ...project, "starbridge.config.js": "export default { page: 1 };" });
    const logger = { info() {}, warn() {}, error() {} };
    const app = createTestApp({ root, logger });
    await expect(app.ready()).rejects.toMatchObject({
      code: "STARBRIDGE_UNKNOWN_OPTION",
      message: expect.stringMatching(/^starbridge\.config\.js: .* did you mean "pages"\?/),
    });
  });

  it("looks for none where the modules are given", async () => {
    const root = writeApp({ ...project, "starbridge.config.js": "throw new Error();" });
    const routes = { "a.ts": { GET: () => new Response("a") } };
    const app = createTestApp({ root, routes });
    expect(await (await app.fetch("/a")).text()).toBe("a");
    await app.close();
  });
});
