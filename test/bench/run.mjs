// npm run bench: installs what is compared, builds what is measured, measures, and writes a Markdown file.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseCores } from "./child.mjs";
import { HELP, readOptions } from "./options.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const repository = join(here, "../..");
const args = process.argv.slice(2);
const options = readOptions(args);
if (options.target) process.env.BENCH_TARGET = options.target;

// A Ctrl+C leaves through process.exit() too: what cleans up waits for that.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));

if (options.help) console.log(HELP);
else await main();

async function main() {
  const { choose, list } = await import("./choice.mjs");
  if (options.list) {
    console.log(list());
    return;
  }
  install();
  if (options.build && !options.package) build();
  const { tidy, Workspace } = await import("./workspace.mjs");
  tidy();
  const workspaces = {
    now: new Workspace(resolve(options.package ?? repository), "now", say),
    before: options.before && new Workspace(resolve(options.before), "before", say),
  };
  const bench = {
    options,
    workspaces,
    cores: chooseCores(options.cores),
    progress: showProgress,
    command: ["npm run bench", ...(args.length > 0 ? ["--", ...args] : [])].join(" "),
    versions: versions(),
    load: loadavg()[0],
  };
  const chosen = choose(options, workspaces);
  for (const { name, reason } of chosen.leftOut) say(`left out: ${name}, ${reason}`);
  if (options.profile) {
    const { profile } = await import("./profile.mjs");
    await profile(chosen, bench);
    return;
  }
  const { measureAll } = await import("./measure.mjs");
  const report = await measureAll(chosen, bench);
  const file = options.out ? resolve(options.out) : join(here, "out/report.md");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, report);
  say(`written: ${file}`);
}

function install() {
  if (existsSync(join(here, "node_modules"))) return;
  say("installing what Starbridge is compared with (test/bench/package.json) …");
  const shell = process.platform === "win32";
  // Not `npm ci`: it insists on the bindings for every platform, which no lock file made on one of them has for sure.
  const npm = ["install", "--no-save", "--no-audit", "--no-fund"];
  const { status } = spawnSync("npm", npm, { cwd: here, stdio: "inherit", shell });
  if (status !== 0) process.exit(status ?? 1);
}

function build() {
  say("npm run build");
  const shell = process.platform === "win32";
  const { status } = spawnSync("npm", ["run", "--silent", "build"], {
    cwd: repository,
    stdio: "inherit",
    shell,
  });
  if (status !== 0) process.exit(status ?? 1);
}

function versions() {
  const { devDependencies } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
  const installed = Object.keys(devDependencies).map((name) => {
    const { version } = JSON.parse(
      readFileSync(join(here, "node_modules", name, "package.json"), "utf8"),
    );
    return `${name} ${version}`;
  });
  return installed.join(", ");
}

function say(text) {
  showProgress("");
  console.error(text);
}

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
