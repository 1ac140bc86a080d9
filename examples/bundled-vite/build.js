// node build.js [folder]: bundles the host, its packages and its pages into one file.
import { join } from "node:path";
import { build } from "vite";

const here = import.meta.dirname;
const [outDir = join(here, "dist")] = process.argv.slice(2);

await build({
  root: here,
  configFile: false,
  logLevel: "warn",
  resolve: { alias: { "astro:middleware": "starbridge/middleware" } },
  // All packages go into the file, and not Node's own modules alone.
  ssr: { noExternal: true },
  build: {
    ssr: join(here, "server.ts"),
    outDir,
    emptyOutDir: true,
    target: "node20",
    rolldownOptions: { output: { entryFileNames: "[name].mjs", codeSplitting: false } },
  },
});
