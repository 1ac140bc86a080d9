// Which file of a package pages get, in processes of their own: the host's options decide.
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { link, runNode, writeApp } from "../lib/loader/_app.ts";

const CONDITIONS = [
  "staging",
  "development",
  "production",
  "module",
  "module-sync",
  "node",
  "import",
];
const choices = (folder: string) =>
  Object.fromEntries([
    ...CONDITIONS.map((name) => [
      name,
      { [name]: `${folder}/${name}.js`, default: `${folder}/default.js` },
    ]),
  ]);
const sources = (folder: string) =>
  Object.fromEntries(
    [...CONDITIONS, "default"].map((name) => [`${folder}/${name}.js`, `export default "${name}";`]),
  );
const entries = (prefix: string) =>
  Object.fromEntries(
    Object.entries(choices("./src/at")).map(([name, value]) => [prefix + name, value]),
  );

const specifiers = CONDITIONS.flatMap((name) => [
  `#${name}`,
  `linked/${name}`,
  `installed/${name}`,
]);
const asking = `
  ${[...specifiers, "main"].map((name, index) => `import n${index} from ${JSON.stringify(name)};`).join("\n")}
  const given = [${[...specifiers, "main"].map((_name, index) => `n${index}`)}];`;
const packageJson = (name: string) =>
  JSON.stringify({ name, type: "module", exports: entries("./") });

describe("a package that offers several files", () => {
  it.each([
    { with: "no option", args: [] },
    { with: "--conditions", args: ["--conditions=staging"] },
    { with: "-C", args: ["-C", "staging"] },
    { with: "NODE_OPTIONS", args: [], options: '--conditions="staging"' },
  ])("gives pages the one that the host gets, with $with", async ({ args, options = "" }) => {
    const root = writeApp({
      "package.json": JSON.stringify({ type: "module", imports: entries("#") }),
      ...sources("src/at"),
      "node_modules/installed/package.json": packageJson("installed"),
      ...prefixed("node_modules/installed/", sources("src/at")),
      "packages/linked/package.json": packageJson("linked"),
      ...prefixed("packages/linked/", sources("src/at")),
      "packages/main/package.json":
        '{ "name": "main", "type": "module", "main": "main.js", "module": "module.js" }',
      "packages/main/main.js": "export default 'main';",
      "packages/main/module.js": "export default 'module';",
      "src/pages/a.ts": `${asking} export const GET = () => Response.json(given);`,
      "host.js": `
        import { createApp } from "starbridge";
        ${asking}
        const app = createApp({ root: import.meta.dirname, dev: true });
        const response = await app.fetch(new Request("http://localhost/a"));
        process.stdout.write(JSON.stringify([given, await response.json()]));
        await app.close();`,
    });
    link(root, "starbridge");
    mkdirSync(join(root, "node_modules"), { recursive: true });
    for (const name of ["linked", "main"]) {
      symlinkSync(join(root, "packages", name), join(root, "node_modules", name), "junction");
    }
    const env: Record<string, string> = options === "" ? {} : { NODE_OPTIONS: options };
    const { stdout, stderr } = await runNode(root, [...args, "host.js"], env);
    expect(stderr).toBe("");
    const [host, page] = JSON.parse(stdout);
    expect(page).toEqual(host);
    const isStaging = args.length > 0 || options !== "";
    expect(host.slice(0, 3)).toEqual(Array(3).fill(isStaging ? "staging" : "default"));
  });
});

function prefixed(prefix: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [prefix + name, text]));
}
