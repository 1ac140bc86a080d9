import { defineConfig } from "vitest/config";

// Tests import the package by its published names. Those resolve to dist/, and Node itself loads it there:
// what is tested is what is shipped, and pages that import `astro:middleware` meet the same instance.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/fixtures/**"],
    environment: "node",
    pool: "forks",
    // One for each core; left alone, vitest leaves one to itself, which on a machine of two is half of it.
    maxWorkers: "100%",
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 5_000,
    server: { deps: { external: [/\/dist\/(?:lib|bridges)\//] } },
  },
});
