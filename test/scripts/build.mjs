// tsc is the whole build: dist/ mirrors lib/ and bridges/, so a stack trace names a file one can find.
// Written into a new folder and swapped in, so that a test run beside it never sees half a build.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCommonJs } from "./common-js.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const require = createRequire(import.meta.url);
const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc");
const next = join(root, `.build-${process.pid}`);

const built = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", next], {
  cwd: root,
  stdio: "inherit",
});
if (built.status !== 0) {
  rmSync(next, { recursive: true, force: true });
  process.exit(built.status ?? 1);
}
const ambient = join(root, "lib/astro.d.ts");
if (existsSync(ambient)) {
  mkdirSync(join(next, "lib"), { recursive: true });
  cpSync(ambient, join(next, "lib/astro.d.ts"));
}
const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
for (const { require: commonJs, types } of Object.values(exports)) {
  if (commonJs) writeCommonJs(join(next, types.slice("./dist/".length)));
}
const old = join(root, `.build-old-${process.pid}`);
if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
renameSync(next, join(root, "dist"));
rmSync(old, { recursive: true, force: true });
