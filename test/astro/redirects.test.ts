// The `redirects` option.
import { describe, expect, it } from "vitest";
import type { Options } from "./_app.ts";
import { captureLog, says, startFailure, testApp } from "./_app.ts";
import { expressWith } from "./_express.ts";

type Redirects = NonNullable<Options["redirects"]>;
const manual = { redirect: "manual" } as const;

async function locationOf(redirects: Redirects, path: string, init: RequestInit = {}) {
  const app = await testApp(
    { "new/[id].ts": says("new"), "known.ts": says("known") },
    { redirects },
  );
  const response = await app.fetch(path, { ...manual, ...init });
  return [response.status, response.headers.get("location")];
}

describe("redirects", () => {
  //
  it("have route patterns as keys, sorted among the files", async () => {
    const app = await testApp(
      { "a/x.ts": says("a/x"), "b/[id].ts": says("b/id") },
      {
        redirects: {
          "/a/[id]": "/to/[id]",
          "/b/fixed": "/to/fixed",
          "/docs/[...path]": "/d/[...path]",
        },
      },
    );
    const location = async (path: string) =>
      (await app.fetch(path, manual)).headers.get("location");
    expect(await app.text("/a/x")).toBe("a/x");
    expect(await location("/a/y")).toBe("/to/y");
    expect(await location("/b/fixed")).toBe("/to/fixed");
    expect(await app.text("/b/other")).toBe("b/id");
    expect(await location("/docs/a/b")).toBe("/d/a/b");
  });

  // the row of differences.md
  it("lose against a file of the same pattern, with a warning", async () => {
    const log = captureLog();
    const app = await testApp(
      { "a.ts": says("file") },
      { redirects: { "/a": "/b" }, logger: log.logger },
    );
    expect(await app.text("/a", manual)).toBe("file");
    const warned = log.lines.filter((line) => line.level === "warn");
    expect(warned.some((line) => line.text.includes("/a"))).toBe(true);
  });

  //
  it("answer GET with 301 and every other method with 308", async () => {
    const redirects = { "/old": "/anywhere" };
    expect(await locationOf(redirects, "/old")).toEqual([301, "/anywhere"]);
    for (const method of ["HEAD", "POST", "PUT", "DELETE", "OPTIONS"]) {
      expect(await locationOf(redirects, "/old", { method })).toEqual([308, "/anywhere"]);
    }
  });

  //
  it("use a configured status only towards a route of the project", async () => {
    const redirects: Redirects = {
      "/to-route": { destination: "/known", status: 302 },
      "/to-pattern/[id]": { destination: "/new/[id]", status: 307 },
      "/to-nothing": { destination: "/unknown", status: 302 },
      "/outside": { destination: "https://x.test/", status: 307 },
    };
    expect(await locationOf(redirects, "/to-route")).toEqual([302, "/known"]);
    expect(await locationOf(redirects, "/to-pattern/7")).toEqual([307, "/new/7"]);
    expect(await locationOf(redirects, "/to-nothing")).toEqual([301, "/unknown"]);
    expect(await locationOf(redirects, "/outside")).toEqual([301, "https://x.test/"]);
  });

  //
  it("fill the parameters in, URI-encoded", async () => {
    const redirects = {
      "/u/[id]": "/new/[id]",
      "/r/[...rest]": "/else/[...rest]/end",
      "/umlaut": "/grün",
    };
    expect(await locationOf(redirects, "/u/a%20b")).toEqual([301, "/new/a%20b"]);
    expect(await locationOf(redirects, "/u/%C3%BC")).toEqual([301, "/new/%C3%BC"]);
    expect(await locationOf(redirects, "/r/a/b")).toEqual([301, "/else/a/b/end"]);
    expect(await locationOf(redirects, "/umlaut")).toEqual([301, "/gr%C3%BCn"]);
  });

  //
  it("lead outside unchanged, in a URL's normal form", async () => {
    const redirects = { "/a": "https://x.test", "/b": "http://x.test/y?z=1#w", "/c": "//x.test/y" };
    expect(await locationOf(redirects, "/a")).toEqual([301, "https://x.test/"]);
    expect(await locationOf(redirects, "/b")).toEqual([301, "http://x.test/y?z=1#w"]);
    expect((await locationOf(redirects, "/c"))[1]).toMatch(/^(https?:)?\/\/x\.test\/y$/);
  });

  // R-103 D-39: what a client puts into a parameter does not lead it off the site
  it("do not leave the site by what a parameter holds", async () => {
    const app = await testApp({ "a.ts": says("a") }, { redirects: { "/go/[...to]": "/[...to]" } });
    for (const path of ["/go//evil.test", "/go/%2F%2Fevil.test", "/go/%5Cevil.test"]) {
      const location = (await app.fetch(path, manual)).headers.get("location");
      const target = new URL(location ?? "/", "http://localhost/");
      expect(target.origin).toBe("http://localhost");
    }
  });

  //
  it("to another scheme are refused at start", async () => {
    for (const destination of ["javascript:alert(1)", "mailto:a@x.test", "ftp://x.test/"]) {
      const error = await startFailure({ routes: {}, redirects: { "/a": destination } });
      expect(error).toMatchObject({
        name: "UnsupportedExternalRedirect",
        code: "STARBRIDGE_UNSUPPORTED_EXTERNAL_REDIRECT",
      });
    }
  });

  // R-103 R-104
  it("that need a parameter which the source lacks are refused at start", async () => {
    const error = await startFailure({
      routes: { "new/[id].ts": says("new") },
      redirects: { "/old/[slug]": "/new/[id]" },
    });
    expect(error).toMatchObject({
      name: "InvalidRedirectDestination",
      code: "STARBRIDGE_INVALID_REDIRECT_DESTINATION",
    });
  });

  //
  it("pass by the middleware and its cookies, and do not forward the query", async () => {
    let runs = 0;
    const app = await testApp(
      { "b.ts": says("b") },
      {
        redirects: { "/a": "/b" },
        middleware: (context, next) => {
          runs += 1;
          context.cookies.set("a", "1");
          return next();
        },
      },
    );
    const response = await app.fetch("/a?x=1", manual);
    expect([response.headers.get("location"), response.headers.getSetCookie(), runs]).toEqual([
      "/b",
      [],
      0,
    ]);
  });

  //
  it.each([300, 301, 302, 303, 304, 307, 308])("may have the status %i", async (status) => {
    const redirects = { "/a": { destination: "/known", status } } as Redirects;
    expect(await locationOf(redirects, "/a")).toEqual([status, "/known"]);
  });

  //
  it.each([200, 305, 306, 404, "302"])("may not have the status %j", async (status) => {
    const redirects = { "/a": { destination: "/b", status } } as unknown as Redirects;
    const error = await startFailure({ routes: { "b.ts": says("b") }, redirects });
    expect(error).toMatchObject({ code: "STARBRIDGE_INVALID_OPTION" });
    expect(error.message).toContain("redirects");
  });

  // R-102 M-32
  it("are answered in a host, which keeps its other paths", async () => {
    const host = await expressWith(
      { "known.ts": says("known") },
      { redirects: { "/old": "/known" } },
    );
    const response = await host.fetch("/old");
    expect([response.status, response.headers.get("location")]).toEqual([301, "/known"]);
    expect((await host.fetch("/older")).status).toBe(299);
  });
});
