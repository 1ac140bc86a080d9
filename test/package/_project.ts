import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fixture, manifest, root, run } from "./_package.ts";

/** A project of a user's, in a folder of its own. */
export interface Project {
  readonly folder: string;
  remove(): void;
}

/**
 * Makes a project from a fixture: the package as npm packs it, its dependencies beside it, and nothing else
 * of this repository in reach.
 *
 * @param packages What else is installed.
 */
export async function createProject(name: string, packages: string[]): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), "starbridge-project-"));
  cpSync(fixture(name), folder, { recursive: true });
  const installed = join(folder, "node_modules", manifest.name);
  mkdirSync(installed, { recursive: true });
  const options = ["--ignore-scripts", "--json", "--pack-destination", folder];
  const [{ filename }] = JSON.parse(await output("npm", ["pack", ...options])) as [Packed];
  await output("tar", ["-xzf", filename, "-C", installed, "--strip-components=1"], folder);
  for (const dependency of [...Object.keys(manifest.dependencies), ...packages]) {
    const link = join(folder, "node_modules", dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, "node_modules", dependency), link, "junction");
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

interface Packed {
  filename: string;
}

async function output(command: string, args: string[], cwd = root): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, cwd);
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}: ${stderr}`);
  return stdout;
}
