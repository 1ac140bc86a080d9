// A host in a process of its own, over the build of a project.
import { spawn } from "node:child_process";

/** Runs a module in a project to its end; killed after 15 seconds. */
export function run(
  root: string,
  text: string,
  flags: string[] = [],
): Promise<{ stdout: string; stderr: string }> {
  const { NODE_OPTIONS: _options, VITEST: _vitest, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, "--input-type=module", "--eval", text], {
      cwd: root,
      env: { ...env, NODE_ENV: "production" },
      timeout: 15_000,
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.setEncoding("utf8").on("data", (chunk) => {
      output.stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", () => resolve(output));
  });
}

/** Asks a host of its own process for a path. */
export const ask = (path: string, before = "") => `
  ${before}
  import { createServer } from "node:http";
  import { starbridge } from "starbridge/connect";
  const bridge = starbridge({ root: process.cwd() });
  const server = createServer(bridge);
  await new Promise((resolve) => server.listen(0, resolve));
  const answer = await fetch("http://127.0.0.1:" + server.address().port + ${JSON.stringify(path)});
  console.log(answer.status, await answer.text());
  server.closeAllConnections();
  server.close();
  await bridge.close();
`;
