// Which of several routes answers, and what is said about routes that collide.
import { describe, expect, it } from "vitest";
import { captureLog, says, statuses, testApp } from "./_app.ts";

/** An app whose every file answers with its own name. */
async function files(...names: string[]) {
  return testApp(Object.fromEntries(names.map((name) => [name, says(name)])));
}

describe("priority", () => {
  //
  it("puts static text before everything else", async () => {
    const app = await files("dyn/[id].ts", "dyn/static.ts", "dyn/[...rest].ts");
    expect(await app.text("/dyn/static")).toBe("dyn/static.ts");
    expect(await app.text("/dyn/other")).toBe("dyn/[id].ts");
    expect(await app.text("/dyn/other/more")).toBe("dyn/[...rest].ts");
  });

  //
  it("puts partly static segments before wholly dynamic ones", async () => {
    const app = await files("[any].ts", "post-[id].ts", "[id].json.ts");
    expect(await app.text("/post-1")).toBe("post-[id].ts");
    expect(await app.text("/x.json")).toBe("[id].json.ts");
    expect(await app.text("/x")).toBe("[any].ts");
  });

  //
  it("decides by the first segment that differs", async () => {
    const app = await files("[a]/static.ts", "static/[b].ts");
    expect(await app.text("/static/static")).toBe("static/[b].ts");
    expect(await app.text("/x/static")).toBe("[a]/static.ts");
  });

  //
  it("goes back to a dynamic segment when the static one leads nowhere", async () => {
    const app = await files("a/b.ts", "[x]/c.ts", "a/[y]/z.ts", "[...rest].ts");
    expect(await app.text("/a/c")).toBe("[x]/c.ts");
    expect(await app.text("/a/q/z")).toBe("a/[y]/z.ts");
    expect(await app.text("/a/q/w")).toBe("[...rest].ts");
  });

  //
  it("puts the longer route first, unless it is a rest one segment longer", async () => {
    const app = await files("foo/index.ts", "foo/[...bar].ts", "index.ts", "[...rest].ts");
    expect(await app.text("/foo")).toBe("foo/index.ts");
    expect(await app.text("/foo/x")).toBe("foo/[...bar].ts");
    expect(await app.text("/")).toBe("index.ts");
    expect(await app.text("/bar")).toBe("[...rest].ts");
  });

  //
  it("sorts equal routes by their text", async () => {
    const app = await files("[b].ts", "[a].ts", "[c].ts");
    expect(await app.text("/x")).toBe("[a].ts");
  });

  //
  it("puts a longer route before a shorter one that could take its path", async () => {
    const app = await files("[a]/b.ts", "[a].ts", "[...r]/x.ts", "index.ts");
    expect(await app.text("/q/b")).toBe("[a]/b.ts");
    expect(await app.text("/q")).toBe("[a].ts");
    expect(await app.text("/q/w/x")).toBe("[...r]/x.ts");
    expect(await app.text("/")).toBe("index.ts");
  });

  //
  it("puts a rest with text after single parameters with text, before wholly dynamic ones", async () => {
    const app = await files("[...p].json.ts", "v[x].ts", "[id].json.ts", "[any].ts");
    expect(await app.text("/v1.json")).toMatch(/^(v\[x\]|\[id\]\.json)\.ts$/);
    expect(await app.text("/a.json")).toBe("[id].json.ts");
    expect(await app.text("/a/b.json")).toBe("[...p].json.ts");
    expect(await app.text("/.json")).toBe("[...p].json.ts");
    expect(await app.text("/plain")).toBe("[any].ts");
  });

  // R-70 R-71: index, a-[...id] and [id] must not be sorted in a circle
  it("is the same in whichever order the files are listed", async () => {
    const names = ["a-[...id].ts", "index.ts", "[id].ts"];
    const [one, two, three] = names as [string, string, string];
    for (const order of [names, [two, three, one], [three, one, two], [three, two, one]]) {
      const app = await files(...order);
      expect(await app.text("/a-b")).toBe("a-[...id].ts");
      expect(await app.text("/b")).toBe("[id].ts");
      expect(await app.text("/")).toBe("index.ts");
    }
  });

  //
  it("answers /404 and /500 with the error files, not with a dynamic route", async () => {
    const app = await files("[id].ts", "404.ts", "500.ts", "[...rest].ts");
    expect(await app.text("/404")).toBe("404.ts");
    expect(await app.text("/500")).toBe("500.ts");
    expect(await app.text("/403")).toBe("[id].ts");
  });

  // Astro's internal routes belong to features that are not supported
  it("claims no path of its own", async () => {
    const app = await files("a.ts");
    expect(await statuses(app, ["/_image", "/_server-islands/x", "/_actions/x"])).toEqual({
      "/_image": 404,
      "/_server-islands/x": 404,
      "/_actions/x": 404,
    });
    const taken = await files("[...rest].ts");
    expect(await taken.text("/_image")).toBe("[...rest].ts");
  });

  // E-05 R-75: the path alone decides which file answers
  it("does not try the next file when the best one lacks the method", async () => {
    const app = await testApp({
      "users/[id].ts": says("user"),
      "[...rest].ts": { ALL: () => new Response("rest") },
    });
    expect(await app.status("/users/1", { method: "POST" })).toBe(404);
    expect(await app.text("/other", { method: "POST" })).toBe("rest");
  });
});

describe("collisions", () => {
  async function warnings(...names: string[]) {
    const log = captureLog();
    const routes = Object.fromEntries(names.map((name) => [name, says(name)]));
    const app = await testApp(routes, { logger: log.logger });
    const warned = () => log.lines.filter((line) => line.level === "warn").map((line) => line.text);
    return { app, warned };
  }

  //
  it("of static routes are reported with both files, and one of them answers", async () => {
    const { app, warned } = await warnings("a.ts", "a/index.ts");
    expect(await app.text("/a")).toMatch(/^a(\/index)?\.ts$/);
    expect(warned().some((text) => text.includes("a.ts") && text.includes("a/index.ts"))).toBe(
      true,
    );
  });

  //
  it("of dynamic routes with the same shape are reported", async () => {
    const { app, warned } = await warnings("u/[id]/x.ts", "u/[name]/x.ts");
    expect(await app.text("/u/1/x")).toBe("u/[id]/x.ts");
    expect(
      warned().some((text) => text.includes("u/[id]/x.ts") && text.includes("u/[name]/x.ts")),
    ).toBe(true);
  });

  //
  it("are not seen in routes of another length or shape", async () => {
    const { app, warned } = await warnings(
      "u/[id].ts",
      "u/[id]/[x].ts",
      "u/[...rest].ts",
      "u/p-[id].ts",
      "w/[id].ts",
    );
    expect(await app.text("/u/1")).toBe("u/[id].ts");
    expect(warned()).toEqual([]);
  });
});

describe("guards of dynamic routes", () => {
  //
  it("ignore getStaticPaths on demand and say so", async () => {
    const log = captureLog();
    let called = 0;
    const app = await testApp(
      {
        "p/[id].ts": {
          GET: ({ props }) => Response.json(props),
          getStaticPaths: () => {
            called += 1;
            return new Response();
          },
        },
      },
      { logger: log.logger },
    );
    expect(await app.json("/p/1")).toEqual({});
    expect(called).toBe(0);
    expect(
      log.lines.some((line) => /getStaticPaths/.test(line.text) && /p\/\[id\]/.test(line.text)),
    ).toBe(true);
  });
});
