import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildFailure, built } from "../build/_project.ts";

const FLAG = "export const prerender = true;\n";

function get(answer: string): string {
  return `${FLAG}export const GET = () => ${answer};\n`;
}

/** The file of a prerendered body. */
function bodyFile(root: string, name: string): string {
  const manifest = readFileSync(join(root, "dist/starbridge/manifest.mjs"), "utf8");
  const id = /^ {2}id: "([^"]+)"/m.exec(manifest)?.[1] ?? "";
  return join(root, "dist/starbridge", id, "client", name);
}

describe("the files of prerendered endpoints", () => {
  // S-20
  it("are called as their path is, decoded, and have no extension that it has not", async () => {
    const { root, text } = await built({
      "src/pages/pre/noext.js": get(`new Response("1")`),
      "src/pages/two words.json.js": get(`new Response("2")`),
      "src/pages/ü.json.js": get(`new Response("3")`),
    });
    const names = ["pre/noext", "two words.json", "ü.json"];
    expect(names.map((name) => readFileSync(bodyFile(root, name), "utf8"))).toEqual([
      "1",
      "2",
      "3",
    ]);
    expect(await text("/two%20words.json")).toBe("2");
    expect(await text("/%C3%BC.json")).toBe("3");
  });

  // S-21
  it("hold the bytes that the endpoint gave", async () => {
    const { root, fetch } = await built({
      "src/pages/all.bin.js": get("new Response(Uint8Array.from({ length: 256 }, (_, at) => at))"),
    });
    const all = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(new Uint8Array(readFileSync(bodyFile(root, "all.bin")))).toEqual(all);
    expect(new Uint8Array(await (await fetch("/all.bin")).arrayBuffer())).toEqual(all);
  });

  // S-22
  it("are not made of failures: the build fails, and names file, path and status", async () => {
    for (const status of [403, 404, 500]) {
      const error = await buildFailure({
        "src/pages/a.js": get(`new Response("text", { status: ${status} })`),
      });
      expect(error.code).toBe("STARBRIDGE_PRERENDER_STATUS");
      expect(error.message).toContain("/a of src/pages/a.js");
      expect(error.message).toContain(String(status));
    }
  });

  // S-23
  it("of redirects are documents that lead on, and the bridge sends the redirect itself", async () => {
    const { root, fetch } = await built({
      "src/pages/soon.js": get(
        `new Response(null, { status: 302, headers: { location: "/to?a=1&b" } })`,
      ),
      "src/pages/now.js": get(`Response.redirect("https://example.com/", 301)`),
    });
    const soon = readFileSync(bodyFile(root, "soon"), "utf8");
    expect(soon).toContain('http-equiv="refresh" content="2;url=/to?a=1&#38;b"');
    expect(readFileSync(bodyFile(root, "now"), "utf8")).toContain(
      'content="0;url=https://example.com/"',
    );
    const answer = await fetch("/soon");
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "/to?a=1&b"]);
    expect((await fetch("/now")).status).toBe(301);
  });

  // S-23
  it("of redirects are HTML, whatever the endpoint said of a body of its own", async () => {
    const { root, fetch } = await built(
      {
        "src/pages/a.js": get(
          `new Response("{}", { status: 303, headers: { location: "/to", "content-type": "application/json", "content-encoding": "gzip", "content-security-policy": "default-src 'none'" } })`,
        ),
      },
      { site: "https://example.com/base/" },
    );
    const answer = await fetch("/a");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      location: "/to",
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'",
    });
    expect(answer.headers.has("content-encoding")).toBe(false);
    expect(await answer.text()).toBe(readFileSync(bodyFile(root, "a"), "utf8"));
    expect(readFileSync(bodyFile(root, "a"), "utf8")).toContain(
      '<link rel="canonical" href="https://example.com/to">',
    );
  });

  // S-22 S-26
  it("of error files are what those say they are", async () => {
    const { fetch } = await built({
      "src/pages/404.js": get("Response.json({ error: 1 }, { status: 404, statusText: 'Lost' })"),
      "src/pages/500.js": get("Response.json({ error: 2 }, { status: 500 })"),
      "src/pages/boom.js": "export const GET = () => { throw new Error('boom'); };",
    });
    for (const [path, status, statusText, error] of [
      ["/404", 404, "Lost", 1],
      ["/nowhere", 404, "Lost", 1],
      ["/boom", 500, "", 2],
    ] as const) {
      const answer = await fetch(path);
      const { headers } = answer;
      expect([answer.status, headers.get("content-type")]).toEqual([status, "application/json"]);
      if (path === "/404") expect(answer.statusText).toBe(statusText);
      expect(await answer.json()).toEqual({ error });
    }
  });

  // S-22
  it("are not made of 304: nobody has an answer ahead of requests", async () => {
    const error = await buildFailure({
      "src/pages/a.js": get("new Response(null, { status: 304, headers: { location: '/' } })"),
    });
    expect(error.code).toBe("STARBRIDGE_PRERENDER_STATUS");
  });

  it("are nobody else's compressed form", async () => {
    const large = JSON.stringify("x".repeat(5000));
    const { fetch } = await built(
      {
        "src/pages/big.json.js": get(`new Response('${large}')`),
        "src/pages/big.json.br.js": get(`new Response("text")`),
        "src/pages/a.js": get(
          `new Response('${large}', { headers: { "content-type": "text/plain" } })`,
        ),
        "src/pages/a.br/x.js": get(`new Response("below")`),
      },
      { precompressed: true },
    );
    const texts = ["/big.json.br", "/big.json", "/a", "/a.br/x"].map(async (path) =>
      (await fetch(path)).text(),
    );
    expect(await Promise.all(texts)).toEqual(["text", large, large, "below"]);
  });

  it("have the type of their path also under another name", async () => {
    const { fetch } = await built({
      "src/pages/a.png.js": get("new Response(new Uint8Array([1]))"),
      "src/pages/A.png.js": get("new Response(new Uint8Array([2]))"),
    });
    for (const path of ["/a.png", "/A.png"]) {
      expect((await fetch(path)).headers.get("content-type"), path).toBe("image/png");
    }
  });

  // S-23
  it("are not made of redirects to nowhere", async () => {
    const error = await buildFailure({
      "src/pages/a.js": get("new Response(null, { status: 301 })"),
    });
    expect(error.name).toBe("RedirectWithNoLocation");
  });

  // S-24
  it("are not there for a body of null, which the log tells, and empty for an empty text", async () => {
    const { root, fetch, buildLog } = await built({
      "src/pages/nothing.js": get(`new Response(null, { status: 204, headers: { "x-own": "1" } })`),
      "src/pages/empty.txt.js": get(`new Response("")`),
    });
    expect(existsSync(bodyFile(root, "nothing"))).toBe(false);
    expect(buildLog.text()).toContain("/nothing of src/pages/nothing.js has an empty body");
    const nothing = await fetch("/nothing");
    expect([nothing.status, nothing.headers.get("x-own"), nothing.body]).toEqual([204, "1", null]);
    expect(readFileSync(bodyFile(root, "empty.txt"), "utf8")).toBe("");
    const empty = await fetch("/empty.txt");
    expect([empty.status, await empty.text(), empty.headers.get("content-length")]).toEqual([
      200,
      "",
      "0",
    ]);
  });

  // S-25
  it("need a GET: without one the build fails and names the file", async () => {
    const error = await buildFailure({
      "src/pages/a.js": `${FLAG}export const POST = () => new Response();`,
    });
    expect(error.code).toBe("STARBRIDGE_PRERENDER_NO_GET");
    expect(error.message).toContain("src/pages/a.js");
    expect(error.message).toContain("POST");
  });

  it("keeps a body that comes as texts, and says why another one failed", async () => {
    const page = (chunk: string) => ({
      "src/pages/a.js": `${FLAG}export const GET = () =>
        new Response(new ReadableStream({ start(c) { ${chunk}; c.close(); } }));`,
    });
    const app = await built(page('c.enqueue("tü"); c.enqueue(new Uint8Array([33]))'));
    expect(await app.text("/a")).toBe("tü!");
    const number = await buildFailure(page("c.enqueue(5)"));
    expect(number.message).toBe(
      "/a of src/pages/a.js could not be prerendered: its body failed: The response stream gave the number 5, which is neither bytes nor text.",
    );
    const thrown = await buildFailure(page('throw new TypeError("mid")'));
    expect(thrown.message).toContain("prerendered: TypeError: mid.");
    const late = await buildFailure({
      "src/pages/a.js": `${FLAG}export const GET = () =>
        new Response(new ReadableStream({ pull(c) { c.error(new Error("half way")); } }));`,
    });
    expect(late.message).toContain("prerendered: its body failed: Error: half way.");
    expect(late.cause).toMatchObject({ message: "half way" });
  });

  // S-26
  it("need an endpoint that does not throw: the build fails with its error", async () => {
    const error = await buildFailure({
      "src/pages/500.js": "export const GET = () => new Response('covered up');",
      "src/pages/posts/[id].js": `${FLAG}export const getStaticPaths = () => [{ params: { id: "1" } }];\nexport const GET = () => { throw new RangeError("no database"); };`,
    });
    expect(error.code).toBe("STARBRIDGE_PRERENDER_FAILED");
    expect(error.message).toBe(
      "/posts/1 of src/pages/posts/[id].js could not be prerendered: RangeError: no database.",
    );
    expect(error.cause).toBeInstanceOf(RangeError);
  });

  // S-26
  it("need an endpoint that answers by itself: nobody is there to pass to", async () => {
    const error = await buildFailure({
      "src/pages/a.js": `${FLAG}export const GET = (context) => context.pass();`,
    });
    expect(error.code).toBe("STARBRIDGE_PRERENDER_FAILED");
  });

  // S-27
  it("keep the headers beside them, but for those of the way and of one client", async () => {
    const { fetch } = await built({
      "src/pages/a.js": get(
        `new Response("abc", { headers: { "cache-control": "max-age=60", connection: "close", "content-language": "de", etag: '"mine"', "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT" } })`,
      ),
    });
    const { headers } = await fetch("/a");
    expect(Object.fromEntries(headers)).toEqual({
      "accept-ranges": "bytes",
      "cache-control": "max-age=60",
      "content-language": "de",
      "content-length": "3",
      "content-type": "text/plain;charset=UTF-8",
      etag: '"mine"',
      "last-modified": "Thu, 01 Jan 2026 00:00:00 GMT",
    });
  });

  // S-29 R-83
  it("of two routes for one path are those of the better one, and the log names both", async () => {
    const { text, result, buildLog } = await built({
      "src/pages/posts/first.js": get(`new Response("fixed")`),
      "src/pages/posts/[id].js": `${FLAG}export const getStaticPaths = () => ["first", "second"].map((id) => ({ params: { id } }));\nexport const GET = ({ params }) => new Response("dynamic " + params.id);`,
      "src/pages/live.js": `export const GET = () => new Response("live");`,
      "src/pages/[id].js": `${FLAG}export const getStaticPaths = () => [{ params: { id: "live" } }];\nexport const GET = () => new Response("never");`,
    });
    expect(result.prerendered).toBe(2);
    expect([await text("/posts/first"), await text("/posts/second"), await text("/live")]).toEqual([
      "fixed",
      "dynamic second",
      "live",
    ]);
    const warned = buildLog.lines.filter(({ level }) => level === "warn").map((line) => line.text);
    expect(warned).toContain(
      "/posts/first of src/pages/posts/[id].js is not prerendered: src/pages/posts/first.js answers that path.",
    );
    expect(warned).toContain(
      "/live of src/pages/[id].js is not prerendered: src/pages/live.js answers that path.",
    );
  });

  it("of a path and of one below it are both there, and the log tells the odd name", async () => {
    const { root, text, buildLog } = await built({
      "src/pages/posts/index.js": get(`new Response("list")`),
      "src/pages/posts/1.js": get(`new Response("one")`),
    });
    expect([await text("/posts"), await text("/posts/1")]).toEqual(["list", "one"]);
    expect(readFileSync(bodyFile(root, "posts/1"), "utf8")).toBe("one");
    expect(buildLog.text()).toContain(
      "The body of /posts (src/pages/posts/index.js) is kept as client/posts~1",
    );
  });
});
