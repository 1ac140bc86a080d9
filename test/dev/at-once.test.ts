// Pages that are loaded at once, and what they share.
import { describe, expect, it, onTestFinished } from "vitest";
import { page, startDev } from "./_hosts.ts";

/** Modules deep enough that two requests meet while they load. */
const CHAIN = 25;
const chain = Object.fromEntries(
  Array.from({ length: CHAIN }, (_, index) => [
    `src/lib/h${index}.ts`,
    index === CHAIN - 1
      ? 'export const heavy = "0";'
      : `export { heavy } from "./h${index + 1}.ts";`,
  ]),
);
const files = {
  ...chain,
  "src/models/user.ts": `
    import { postName } from "./post.ts";
    export const userTable = { name: "users" };
    export const userName = () => "user of " + postName();`,
  "src/models/post.ts": `
    import { userTable } from "./user.ts";
    import { heavy } from "../lib/h0.ts";
    export const postTable = { name: "posts" };
    export const postName = () => "post " + heavy;
    export const author = () => userTable.name;`,
  "src/pages/users.ts": `
    import { userTable, userName } from "../models/user.ts";
    const { name } = userTable;
    export const GET = () => new Response(name + ": " + userName());`,
  "src/pages/posts.ts": `
    import { postTable, author } from "../models/post.ts";
    const { name } = postTable;
    export const GET = () => new Response(name + ": " + author());`,
  "src/pages/lazy.ts": `
    export const GET = async () => {
      const { author, postName } = await import("../models/post.ts");
      return new Response(author() + ": " + postName());
    };`,
};

describe("pages in development that are asked for at once", () => {
  it("have modules that import one another, whole", async () => {
    const host = await startDev("express", files);
    const paths = ["/users", "/posts", "/lazy"];
    for (let round = 0; round < 6; round++) {
      const asked = round % 2 === 0 ? paths : [...paths].reverse();
      const answers = await Promise.all(asked.map((path) => host.ask(path)));
      expect(Object.fromEntries(asked.map((path, index) => [path, answers[index]]))).toEqual({
        "/users": `200 users: user of post ${round}`,
        "/posts": "200 posts: users",
        "/lazy": `200 users: post ${round}`,
      });
      host.write(`src/lib/h${CHAIN - 1}.ts`, `export const heavy = "${round + 1}";`);
      await expect
        .poll(() => host.logs.filter(({ text }) => text.startsWith("reloaded")).length)
        .toBe(round + 1);
    }
    expect(host.errors).toEqual([]);
  });

  it("need not wait for one another's databases", async () => {
    const names = ["a", "b", "c", "d", "e", "f"];
    const pages = names.map((name) => [
      `src/pages/${name}.ts`,
      `globalThis.waiting.add("${name}"); await globalThis.opened; ${page(name)}`,
    ]);
    const host = await startDev("express", {
      ...Object.fromEntries(pages),
      "src/lib/there.ts": 'export const text = "there";',
      "src/pages/lazy.ts": `
        const load = async () => (await import("../lib/there.ts")).text;
        export const GET = async () => new Response(await load());`,
    });
    let open = () => {};
    const waiting = new Set<string>();
    const opened = new Promise<void>((resolve) => (open = resolve));
    Object.assign(globalThis, { waiting, opened });
    onTestFinished(() => {
      for (const name of ["waiting", "opened"]) Reflect.deleteProperty(globalThis, name);
    });
    expect(await host.ask("/lazy")).toBe("200 there");
    const answers = names.map((name) => host.ask(`/${name}`));
    await expect.poll(() => waiting.size).toBe(names.length);
    expect(await host.ask("/lazy")).toBe("200 there");
    open();
    expect(await Promise.all(answers)).toEqual(names.map((name) => `200 ${name}`));
  });

  it("answer while one of them never gets loaded, or waits for another", async () => {
    const host = await startDev("express", {
      "src/pages/never.ts": `await new Promise(() => {}); ${page("never")}`,
      "src/pages/waiting.ts": `
        const answer = await fetch(globalThis.origin + "/other");
        const text = await answer.text();
        export const GET = () => new Response("waited for " + text);`,
      "src/pages/other.ts": page("other"),
      "src/pages/a.ts": page("a"),
    });
    Object.assign(globalThis, { origin: host.origin });
    const never = new AbortController();
    const pending = host.fetch("/never", { signal: never.signal }).catch(() => {});
    expect(await host.ask("/a")).toBe("200 a");
    expect(await host.ask("/waiting")).toBe("200 waited for other");
    never.abort();
    await pending;
    Reflect.deleteProperty(globalThis, "origin");
  });
});
