// What a run works with: its own copy of the built package, so that a build in the meantime changes nothing, and the
// projects of its scenarios, built. Each run has a folder of its own in out/ and removes it; Astro's builds are kept.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expressFiles, fastifyFiles } from "./guests/route-files.mjs";
import { filesOf } from "./pages.mjs";
import { jsonOf } from "./payloads.mjs";

const here = dirname(fileURLToPath(import.meta.url));
export const repository = join(here, "../..");
export const out = join(here, "out");

export class Workspace {
  folder;
  packageRoot;
  /** Where the file lies that a host serves by itself. */
  files;
  #say;
  #made = new Map();

  /**
   * @param {string} source a checkout with its dist/
   * @param {string} name
   * @param {(text: string) => void} say
   */
  constructor(source, name, say) {
    this.#say = say;
    this.folder = join(out, `run-${process.pid}-${name}`);
    this.packageRoot = join(this.folder, "package");
    this.files = join(this.folder, "files");
    if (!existsSync(join(source, "dist")))
      throw new Error(`Not built: there is no dist/ in ${source}.`);
    mkdirSync(this.packageRoot, { recursive: true });
    for (const name of ["package.json", "dist"]) {
      cpSync(join(source, name), join(this.packageRoot, name), { recursive: true });
    }
    symlinkSync(join(source, "node_modules"), join(this.packageRoot, "node_modules"), "junction");
    write(this.files, { "data/table.json": jsonOf(10_240) });
    mkdirSync(join(this.folder, "node_modules"));
    symlinkSync(this.packageRoot, join(this.folder, "node_modules/starbridge"), "junction");
    process.on("exit", () => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Whether this version of the package has a light Response at all. */
  get hasLightResponse() {
    const { exports } = JSON.parse(readFileSync(join(this.packageRoot, "package.json"), "utf8"));
    return "./web" in exports;
  }

  /** Folder of a project, made ready for a contender. */
  project(name, { guest, mode }) {
    const kind = guest === "starbridge" ? mode : guest;
    const key = `${name}-${kind}`;
    let made = this.#made.get(key);
    if (made === undefined) {
      // What cannot be built is not tried again for the next contender.
      try {
        made = { root: this.#make(name, kind) };
      } catch (error) {
        made = { error };
      }
      this.#made.set(key, made);
    }
    if (made.error) throw made.error;
    return made.root;
  }

  #make(name, kind) {
    if (kind === "astro") return this.#makeAstro(name);
    const root = join(this.folder, "projects", `${name}-${kind}`);
    write(root, { "package.json": '{ "type": "module" }', ...filesFor(name, kind) });
    if (!["built", "native"].includes(kind)) return root;
    if (kind === "native") {
      write(root, { "starbridge.config.mjs": "export default { lightResponse: false };\n" });
    }
    this.#say(`starbridge build: ${name}, ${kind}`);
    run(process.execPath, [join(this.packageRoot, "dist/lib/cli/bin.js"), "build"], root);
    return root;
  }

  #makeAstro(name) {
    const astro = dirname(createRequire(import.meta.url).resolve("astro/package.json"));
    const { version } = JSON.parse(readFileSync(join(astro, "package.json"), "utf8"));
    const files = {
      "package.json": '{ "type": "module" }',
      "astro.config.mjs": `import node from "@astrojs/node";

export default { output: "server", adapter: node({ mode: "middleware" }), logLevel: "error" };
`,
      ...filesOf(name),
    };
    const hash = createHash("sha1")
      .update(version + JSON.stringify(files))
      .digest("hex");
    const root = join(out, `astro-${name}-${hash.slice(0, 8)}`);
    if (existsSync(join(root, "dist/server/entry.mjs"))) return root;
    write(root, files);
    this.#say(`astro build: ${name}`);
    run(process.execPath, [join(astro, "bin/astro.mjs"), "build"], root);
    return root;
  }
}

/** Removes what runs have left that were killed. */
export function tidy() {
  for (const name of existsSync(out) ? readdirSync(out) : []) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1]);
    if (pid && !isAlive(pid)) rmSync(join(out, name), { recursive: true, force: true });
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

function filesFor(project, kind) {
  const routeFiles = { "file-routing": expressFiles, autoload: fastifyFiles }[kind];
  if (!routeFiles) return filesOf(project);
  const files = Object.entries(routeFiles(project));
  return Object.fromEntries(files.map(([name, text]) => [`routes/${name}`, text]));
}

/** Writes files into a folder. */
function write(root, files) {
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}

function run(command, args, cwd) {
  const env = { ...process.env, NODE_ENV: "production", ASTRO_TELEMETRY_DISABLED: "1" };
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
  });
  if (status === 0) return;
  throw new Error(
    `${basename(args[0])} ${args[1]} failed. ${error ?? ""}${stdout.slice(-2000)}${stderr.slice(-2000)}`,
  );
}
