// node build.js [folder]: bundles the host, its packages and its pages into one file.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const here = import.meta.dirname;
const [outdir = join(here, "dist")] = process.argv.slice(2);

/** What `import.meta.glob` is to Vite: a module with the map of all files under src/pages. */
const pages = {
  name: "pages",
  /** @param {import("esbuild").PluginBuild} bundle */
  setup(bundle) {
    const folder = join(here, "src/pages");
    const namespace = "starbridge-pages";
    bundle.onResolve({ filter: /^starbridge:pages$/ }, ({ path }) => ({ path, namespace }));
    bundle.onLoad({ filter: /.*/, namespace }, async () => {
      const names = await readdir(folder, { recursive: true });
      const files = names
        .filter((name) => /\.[jt]s$/.test(name))
        .map((name) => name.replaceAll("\\", "/"));
      const entries = files.map((file) => `${JSON.stringify(file)}: () => import("./${file}"),`);
      const contents = `export const routes = {\n${entries.join("\n")}\n};`;
      return { contents, resolveDir: folder, watchDirs: [folder] };
    });
  },
};

await build({
  entryPoints: { server: join(here, "server.ts") },
  outdir,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  alias: { "astro:middleware": "starbridge/middleware" },
  // Express is CommonJS and asks for Node's own modules with require(), which ES modules do not have.
  banner: {
    js: 'import { createRequire as nodeRequire } from "node:module";\nconst require = nodeRequire(import.meta.url);',
  },
  plugins: [pages],
  logLevel: "warning",
});
