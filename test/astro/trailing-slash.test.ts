// What becomes of a slash at the end of a path, and of doubled slashes.
import { describe, expect, it } from "vitest";
import type { Options, Routes } from "./_app.ts";
import { says, showsParams, statuses, testApp } from "./_app.ts";
import { bridge, expressHost, expressWith } from "./_express.ts";

const manual = { redirect: "manual" } as const;
const at = (trailingSlash: NonNullable<Options["trailingSlash"]>): Options => ({ trailingSlash });
/** Redirects seen without a host: status and Location, or the text of the answer. */
async function outcome(options: Options, path: string, method = "GET", routes: Routes = pages) {
  const app = await testApp(routes, options);
  const response = await app.fetch(`http://localhost${path}`, { ...manual, method });
  const location = response.headers.get("location");
  return location === null ? response.status : `${response.status} ${location}`;
}
const pages: Routes = {
  "index.ts": says("index"),
  "api.ts": says("api"),
  "m/data.json.ts": says("data"),
  "v1.0.ts": says("version"),
  "d/[id].ts": showsParams,
};

describe("matching", () => {
  //
  it("takes one optional slash by default and under ignore, and the root as it is", async () => {
    for (const options of [{}, at("ignore")]) {
      const app = await testApp(pages, options);
      expect(await statuses(app, ["/api", "/api/", "/", "/d/1", "/d/1/"])).toEqual({
        "/api": 200,
        "/api/": 200,
        "/": 200,
        "/d/1": 200,
        "/d/1/": 200,
      });
    }
  });

  //
  it("asks for the slash under always and refuses it under never, beside a host", async () => {
    const always = await expressWith(pages, at("always"));
    expect(await statuses(always, ["/api/", "/api", "/", "/d/1/", "/d/1"])).toEqual({
      "/api/": 200,
      "/api": 299,
      "/": 200,
      "/d/1/": 200,
      "/d/1": 299,
    });
    const never = await expressWith(pages, at("never"));
    expect(await statuses(never, ["/api/", "/api", "/", "/d/1/", "/d/1"])).toEqual({
      "/api/": 299,
      "/api": 200,
      "/": 200,
      "/d/1/": 299,
      "/d/1": 200,
    });
  });

  // the row of differences.md, unset it is the host's own strictness
  it("is as strict as the host when nothing is set", async () => {
    const loose = await expressWith(pages);
    expect(await statuses(loose, ["/api", "/api/"])).toEqual({ "/api": 200, "/api/": 200 });
    const strict = await expressHost((app) => {
      app.set("strict routing", true);
      app.use(bridge(pages));
      app.use((_req, res) => {
        res.status(299).end();
      });
    });
    expect(await statuses(strict, ["/api", "/api/"])).toEqual({ "/api": 200, "/api/": 299 });
  });

  //
  it("never takes a slash after a route that ends in a file extension", async () => {
    const routes = { ...pages, "x/[x].xml.ts": showsParams };
    for (const mode of ["ignore", "always", "never"] as const) {
      const host = await expressWith(routes, at(mode));
      const paths = ["/m/data.json", "/v1.0", "/x/a.xml"];
      for (const path of paths) {
        expect([mode, path, (await host.fetch(path)).status]).toEqual([mode, path, 200]);
        expect([mode, path, (await host.fetch(`${path}/`)).status]).toEqual([mode, path, 299]);
      }
    }
  });

  //
  it("looks at the route and not at the path for the extension", async () => {
    const host = await expressWith(pages, at("always"));
    expect(await statuses(host, ["/d/a.b/", "/d/a.b"])).toEqual({ "/d/a.b/": 200, "/d/a.b": 299 });
  });

  //
  it("takes a path with extension and slash for a rest route without extension", async () => {
    const app = await testApp({ "rest/[...path].ts": showsParams });
    expect(await app.json("/rest/a.json/")).toEqual({ path: "a.json" });
  });

  // R-41 R-43
  it("gives a path to the next route that takes its slash, when the static one does not", async () => {
    const app = await testApp({ "x.json.ts": says("static"), "[...path].ts": showsParams });
    expect(await app.text("/x.json")).toBe("static");
    expect(await app.json("/x.json/")).toEqual({ path: "x.json" });
  });

  // R-20 R-40
  it("is / for the root in every mode, a rest route's included", async () => {
    for (const mode of ["ignore", "always", "never"] as const) {
      const app = await testApp({ "[...path].ts": showsParams }, at(mode));
      expect([mode, await app.text("/")]).toEqual([mode, "{}"]);
    }
  });
});

describe("redirects without a host", () => {
  //
  it("add the slash under always, unless the path has an extension", async () => {
    expect(await outcome(at("always"), "/api")).toBe("301 /api/");
    expect(await outcome(at("always"), "/api?x=1&y=/")).toBe("301 /api/?x=1&y=/");
    expect(await outcome(at("always"), "/unknown")).toBe("301 /unknown/");
    expect(await outcome(at("always"), "/m/data.json")).toBe(200);
    expect(await outcome(at("always"), "/unknown.css")).toBe(404);
  });

  //
  it("remove the slash under never, after an extension too", async () => {
    expect(await outcome(at("never"), "/api/")).toBe("301 /api");
    expect(await outcome(at("never"), "/api/?x=1")).toBe("301 /api?x=1");
    expect(await outcome(at("never"), "/m/data.json/")).toBe("301 /m/data.json");
  });

  //
  it("have 301 for GET and 308 for every other method, HEAD included", async () => {
    for (const method of ["HEAD", "POST", "PUT", "DELETE"]) {
      expect(await outcome(at("never"), "/api/", method)).toBe("308 /api");
    }
  });

  //
  it("collapse several slashes at the end in every mode", async () => {
    expect(await outcome(at("ignore"), "/api//")).toBe("301 /api/");
    expect(await outcome(at("always"), "/api///")).toBe("301 /api/");
    expect(await outcome(at("never"), "/api//")).toBe("301 /api");
  });

  //
  it("leave the root and internal prefixes alone", async () => {
    expect(await outcome(at("always"), "/")).toBe(200);
    expect(await outcome(at("never"), "/")).toBe(200);
    for (const path of ["/_image", "/@id", "/.well-known/x"]) {
      expect(await outcome(at("always"), path)).toBe(404);
      expect(await outcome(at("never"), `${path}/`)).toBe(404);
    }
  });

  // R-44 X-44 D-39
  it("never lead to another origin", async () => {
    const paths = [
      "//evil.test/",
      "//evil.test",
      "/\\evil.test/",
      "/%5Cevil.test/",
      "/evil.test//",
    ];
    for (const mode of ["ignore", "always", "never"] as const) {
      for (const path of paths) {
        const app = await testApp(pages, at(mode));
        const location = (await app.fetch(`http://localhost${path}`, manual)).headers.get(
          "location",
        );
        expect(new URL(location ?? "/", "http://localhost/").origin).toBe("http://localhost");
      }
    }
  });

  //
  it("are left to the host where there is one", async () => {
    const always = await expressWith(pages, at("always"));
    expect(await statuses(always, ["/api", "/api//"])).toEqual({ "/api": 299, "/api//": 299 });
    const never = await expressWith(pages, at("never"));
    expect(await statuses(never, ["/api/", "/api//"])).toEqual({ "/api/": 299, "/api//": 299 });
  });

  // the path with its slash is one that a rest route takes
  it("are answered beside a host where a route takes the path as it is", async () => {
    const host = await expressWith({ "rest/[...path].ts": showsParams }, at("never"));
    const response = await host.fetch("/rest/a/?x=1");
    expect([response.status, response.headers.get("location")]).toEqual([301, "/rest/a?x=1"]);
  });
});

describe("doubled slashes", () => {
  // R-45 P-02: a path with an empty segment is not canonical, under a rest route neither
  it("inside a path are not redirected and do not match", async () => {
    const routes = { ...pages, "m/get.ts": says("get"), "rest/[...path].ts": showsParams };
    for (const mode of ["ignore", "always", "never"] as const) {
      expect(
        await outcome(at(mode), mode === "always" ? "/m//get/" : "/m//get", "GET", routes),
      ).toBe(404);
    }
    const host = await expressWith(routes);
    expect(await statuses(host, ["/m//get", "/rest/a//b"])).toEqual({
      "/m//get": 299,
      "/rest/a//b": 299,
    });
  });

  // the row of differences.md
  it("at the start are left to the host", async () => {
    const routes = { ...pages, "[...all].ts": says("all") };
    const host = await expressWith(routes);
    expect(await statuses(host, ["//api", "///api", "//"])).toEqual({
      "//api": 299,
      "///api": 299,
      "//": 299,
    });
    expect(await outcome({}, "//api", "GET", routes)).toBe(404);
  });
});
