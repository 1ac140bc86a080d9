import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainEnvironment } from "./_package.ts";
import type { Project } from "./_project.ts";
import { createProject } from "./_project.ts";

let project: Project;
beforeAll(async () => {
  project = await createProject("commonjs", ["express", "fastify"]);
});
afterAll(() => project?.remove());

describe.each(["express", "fastify"])("a CommonJS project on %s", (host) => {
  let child: ChildProcess;
  let origin: string;
  let stderr = "";

  beforeAll(async () => {
    child = fork(join(project.folder, `${host}.js`), {
      cwd: project.folder,
      env: plainEnvironment(),
      silent: true,
    });
    child.stderr?.setEncoding("utf8").on("data", (text) => {
      stderr += text;
    });
    const exited = once(child, "exit").then(() => Promise.reject(new Error(stderr)));
    exited.catch(() => undefined);
    const [port] = (await Promise.race([once(child, "message"), exited])) as [number];
    origin = `http://127.0.0.1:${port}`;
  });
  afterAll(() => child?.kill("SIGKILL"));

  it("requires the bridge and gets pages that are CommonJS, middleware included", async () => {
    const response = await fetch(`${origin}/users/7`);
    expect(await response.json()).toEqual({ id: "7", user: "ann", file: "[id].js" });
  });

  it("gets pages that are ESM beside them", async () => {
    const response = await fetch(`${origin}/esm`);
    expect(await response.json()).toEqual({ name: "legacy-host", locals: '{"user":"ann"}' });
  });

  it("keeps its own routes, and the body of a method that the file does not have", async () => {
    expect(await (await fetch(`${origin}/legacy`)).json()).toEqual({ from: "legacy" });
    const posted = await fetch(`${origin}/users/7`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"name":"Ann"}',
    });
    expect(await posted.json()).toEqual({ from: "legacy", body: { name: "Ann" } });
  });

  it("meets one BridgeError class, required or thrown", async () => {
    const response = await fetch(`${origin}/wrong`);
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      code: "STARBRIDGE_ENDPOINT_DID_NOT_RETURN_A_RESPONSE",
      ours: true,
    });
  });

  it("ends by itself once it is closed", async () => {
    const exit = once(child, "exit");
    child.send("close");
    expect(await exit).toEqual([0, null]);
    // Node itself may say that ESM in a CommonJS project is young, or slower to load.
    const expected = /^(?:\(node:\d+\)|\(Use `node|Reparsing as ES|To eliminate this warning)/;
    expect(stderr.split("\n").filter((line) => line !== "" && !expected.test(line))).toEqual([]);
  });
});
