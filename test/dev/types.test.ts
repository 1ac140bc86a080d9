// The types of the routes, which whoever has had them written once need not write again.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { run } from "../cli/_cli.ts";
import { page, startDev } from "./_hosts.ts";

const FILE = ".starbridge/types.d.ts";
const WAIT = { timeout: 5000 };
const textOf = (root: string): string => readFileSync(join(root, FILE), "utf8");

describe(".starbridge/types.d.ts in development", () => {
  it("follows the routes once it is there, and is what the command writes", async () => {
    const host = await startDev("express", { "src/pages/a.ts": page("a"), [FILE]: "" });
    await expect.poll(() => textOf(host.root), WAIT).toContain('"/a": {};');
    host.write("src/pages/users/[id].ts", page("user"));
    await host.until("/users/1", "200 user");
    await expect.poll(() => textOf(host.root), WAIT).toContain('"/users/[id]": { id: string };');
    const ours = textOf(host.root);
    const { stdout } = await run(host.root, ["types"]);
    expect(stdout).toContain("is up to date");
    expect(textOf(host.root)).toBe(ours);
    host.remove("src/pages/a.ts");
    await host.until("/a", /^404 /);
    await expect.poll(() => textOf(host.root), WAIT).not.toContain('"/a"');
    expect(readdirSync(join(host.root, ".starbridge"))).toEqual(["types.d.ts"]);
  });

  it("is left alone while the routes stay the same", async () => {
    const host = await startDev("express", { "src/pages/a.ts": page("a") });
    await run(host.root, ["types"]);
    const before = statSync(join(host.root, FILE), { bigint: true });
    host.write("src/pages/a.ts", page("changed"));
    await host.until("/a", "200 changed");
    await host.close();
    const after = statSync(join(host.root, FILE), { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it("is not made where nobody asked for it", async () => {
    const host = await startDev("express", { "src/pages/a.ts": page("a") });
    host.write("src/pages/b.ts", page("b"));
    await host.until("/b", "200 b");
    await host.close();
    expect(existsSync(join(host.root, FILE))).toBe(false);
  });
});
