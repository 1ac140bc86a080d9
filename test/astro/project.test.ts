// An Astro project's files, untouched, inside hosts of every kind, each in a process of its own.
import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const fixtures = join(import.meta.dirname, "fixtures");
const tsx = ["--import", "tsx"];

interface Setup {
  host: string;
  project: string;
  /** The package.json of a copy of the project outside this package. */
  packageJson?: string;
  execArgv?: string[];
}

const setups: [string, Setup][] = [
  ["JavaScript in an Express ESM host", { host: "express-esm.js", project: "project-js" }],
  [
    "JavaScript in an Express CommonJS host",
    { host: "express-commonjs.cjs", project: "project-js" },
  ],
  ["JavaScript in a Fastify host", { host: "fastify.js", project: "project-js" }],
  [
    "TypeScript in an Express ESM host",
    { host: "express-esm.js", project: "project-ts", execArgv: tsx },
  ],
  [
    "TypeScript in an Express CommonJS host",
    { host: "express-commonjs.cjs", project: "project-ts", execArgv: tsx },
  ],
  ["TypeScript in a Fastify host", { host: "fastify.js", project: "project-ts", execArgv: tsx }],
  [
    "TypeScript of a CommonJS package in an Express CommonJS host",
    { host: "express-commonjs.cjs", project: "project-ts", packageJson: "{}", execArgv: tsx },
  ],
];

/** Starts a host over a project; gives its origin and a way to end it. */
async function startHost({ host, project, packageJson, execArgv = [] }: Setup) {
  let root = join(fixtures, project);
  let copy: string | undefined;
  if (packageJson !== undefined) {
    copy = mkdtempSync(join(tmpdir(), "starbridge-project-"));
    cpSync(root, copy, { recursive: true });
    writeFileSync(join(copy, "package.json"), packageJson);
    root = copy;
  }
  const child = fork(join(fixtures, "hosts", host), [], {
    execArgv,
    env: { ...process.env, PROJECT: root, NODE_OPTIONS: "" },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors += chunk;
  });
  const exited = once(child, "exit");
  const started = await Promise.race([once(child, "message"), exited.then(() => undefined)]);
  if (started === undefined) throw new Error(`The host did not start: ${errors}`);
  const [{ port }] = started as [{ port: number }];
  return {
    origin: `http://127.0.0.1:${port}`,
    errors: () => errors,
    async stop() {
      child.disconnect();
      await exited;
      if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
    },
  };
}

// Two cores: the hosts start one after the other, not all at once.
describe.each(setups)("an Astro project: %s", (_name, setup) => {
  let host: Awaited<ReturnType<typeof startHost>>;
  beforeAll(async () => {
    host = await startHost(setup);
  });
  afterAll(() => host?.stop());

  const get = (path: string, init: RequestInit = {}) =>
    fetch(`${host.origin}${path}`, { redirect: "manual", ...init });
  const json = { "content-type": "application/json" };

  // M-06 E-01
  it("answers from files, parameters and the query", async () => {
    const one = await get("/api/posts/hello");
    expect(await one.json()).toEqual({ slug: "hello", title: "Hello, world" });
    expect(one.headers.get("x-route")).toBe("/api/posts/[slug]");
    const found = await get("/api/posts?q=Gr%C3%BC%C3%9Fe");
    expect(await found.json()).toEqual([{ slug: "grüße", title: "Grüße" }]);
    expect((await get("/api/posts/gr%C3%BC%C3%9Fe")).status).toBe(200);
  });

  // E-26 R-04
  it("answers its own 404 through a helper that is no route", async () => {
    const missing = await get("/api/posts/none");
    expect([missing.status, await missing.json()]).toEqual([404, { error: "no none" }]);
    expect((await get("/_shared/json")).status).toBe(404);
    expect(await (await get("/_shared/json")).text()).toContain("host: no GET /_shared/json");
  });

  // E-01 M-41
  it("reads bodies, writes and deletes, with locals of the middleware", async () => {
    const post = { slug: "new", title: "New" };
    const created = await get("/api/posts", {
      method: "POST",
      headers: json,
      body: JSON.stringify(post),
    });
    expect([created.status, await created.json()]).toEqual([201, post]);
    expect((await get("/api/posts/new", { method: "DELETE" })).status).toBe(401);
    const deleted = await get("/api/posts/new", {
      method: "DELETE",
      headers: { cookie: "user=ada" },
    });
    expect(deleted.status).toBe(204);
    expect(deleted.headers.get("x-locals")).toBe('{"user":"ada"}');
    expect((await get("/api/posts/new")).status).toBe(404);
  });

  // M-60 M-81
  it("guards, rewrites, logs in with a cookie and redirects", async () => {
    const guarded = await get("/admin");
    expect([guarded.status, await guarded.text()]).toEqual([200, "Please log in for /admin"]);
    const login = await get("/login", {
      method: "POST",
      body: new URLSearchParams({ user: "ada lovelace" }),
      headers: { origin: host.origin },
    });
    expect([login.status, login.headers.get("location")]).toEqual([303, "/admin"]);
    const [cookie = ""] = login.headers.getSetCookie();
    expect(cookie).toBe("user=ada%20lovelace; Path=/; HttpOnly; SameSite=Lax");
    const admin = await get("/admin", { headers: { cookie: cookie.split(";")[0] ?? "" } });
    expect(await admin.text()).toBe("Welcome, ada lovelace");
  });

  // R-07 E-04 E-33
  it("serves feeds, rest routes of every method, and streams", async () => {
    const feed = await get("/feed.xml");
    expect(feed.headers.get("content-type")).toBe("application/xml");
    expect(await feed.text()).toMatch(/^<rss><link>https:\/\/blog\.test\/<\/link><item>Hello/);
    expect(await (await get("/files/a/b.txt", { method: "PUT" })).text()).toBe("PUT a/b.txt");
    expect(await (await get("/files")).text()).toBe("GET root");
    expect(await (await get("/stream")).text()).toBe("one two three");
  });

  // M-32 E-05
  it("leaves the host its routes and what no file answers", async () => {
    expect(await (await get("/legacy")).text()).toBe("legacy");
    const missing = await get("/none");
    expect([missing.status, await missing.text()]).toEqual([404, "host: no GET /none"]);
    expect(missing.headers.get("x-route")).toBeNull();
    const method = await get("/api/posts", { method: "PUT", headers: json, body: "{}" });
    expect([method.status, await method.text()]).toEqual([404, "host: no PUT /api/posts"]);
  });

  it("writes nothing to the error stream meanwhile", () => {
    expect(host.errors().replace(/^.*ExperimentalWarning.*\n(\(Use .*\n)?/gm, "")).toBe("");
  });
});
