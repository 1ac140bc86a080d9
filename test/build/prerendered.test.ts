// HTTP semantics of prerendered answers, on every host: RFC 9110 sections 8.8, 13 and 14.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { BridgeOptions } from "starbridge";
import { afterEach, describe, expect, it } from "vitest";
import type { HostName, Running } from "../_hosts.ts";
import { start, stopHosts } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { buildProject, project } from "./_project.ts";

const FLAG = "export const prerender = true;\n";
const hosts: HostName[] = ["express 4", "express 5", "fastify", "connect", "node:http", "http2"];
const letters = "abcdefghijklmnopqrstuvwxyz";
const large = letters.repeat(10_000);

const files = {
  "src/pages/letters.txt.js": `${FLAG}export const GET = () => new Response("${letters}", { headers: { "content-type": "text/plain", "x-own": "1" } });`,
  "src/pages/large.txt.js": `${FLAG}export const GET = () => new Response("${letters}".repeat(10_000));`,
  "src/pages/moved.js": `${FLAG}export const GET = (context) => context.redirect("/letters.txt", 307);`,
  "src/pages/made.js": `${FLAG}export const GET = () => new Response("made", { status: 201 });`,
  "src/pages/none.js": `${FLAG}export const GET = () => new Response(null, { status: 204 });`,
  "src/pages/encoded.js": `${FLAG}export const GET = () => new Response("x", { headers: { "content-encoding": "zstd" } });`,
  "src/pages/tagged.txt.js": `${FLAG}export const GET = () => new Response("tagged", { headers: { etag: '"a,b"' } });`,
  "src/pages/weak.txt.js": `${FLAG}export const GET = () => new Response("weak", { headers: { etag: 'W/"v1, a"' } });`,
  "src/pages/bare.txt.js": `${FLAG}export const GET = () => new Response("bare", { headers: { etag: "v1" } });`,
  "src/pages/whole.txt.js": `${FLAG}export const GET = () => new Response("whole", { headers: { "accept-ranges": "none" } });`,
  "src/pages/go.js": `export const GET = (context) => context.rewrite("/letters.txt");`,
  "src/pages/posts/[slug].js": `${FLAG}export const getStaticPaths = () => [{ params: { slug: "ü b" } }];\nexport const GET = ({ params }) => Response.json(params);`,
};

let root: string | undefined;

/** One build serves all tests of a kind: it is read-only. */
async function open(host: HostName, options: BridgeOptions = {}): Promise<Running> {
  const folder = project(files);
  root = folder;
  await buildProject(folder, options);
  // A file that refuses methods has all of them.
  const isShared = options.methodMismatch === undefined;
  const legacy = { "POST /letters.txt": () => ({ text: "legacy" }) };
  const setup = { options: { ...options, root: folder, dev: false } };
  return start(host, isShared ? { ...setup, legacy } : setup);
}

afterEach(stopHosts);

describe.each(hosts)("prerendered answers on %s", (host) => {
  staysQuiet();

  it("carry length, type, strong tag and date, and the same for HEAD", async () => {
    const server = await open(host);
    const got = await server.fetch("/letters.txt");
    expect([got.status, await got.text()]).toEqual([200, letters]);
    expect(got.headers.get("etag")).toMatch(/^"[\w-]{27}"$/);
    expect(Date.parse(got.headers.get("last-modified") ?? "")).toBeGreaterThan(0);
    const head = await server.fetch("/letters.txt", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    for (const name of [
      "etag",
      "last-modified",
      "content-type",
      "content-length",
      "accept-ranges",
      "x-own",
    ]) {
      expect(got.headers.get(name), name).not.toBeNull();
      expect(head.headers.get(name), name).toBe(got.headers.get(name));
    }
    expect(got.headers.get("content-length")).toBe("26");
  });

  it("are 304 for who has them: by tag, and by date where there is no tag", async () => {
    const server = await open(host);
    const { headers } = await server.fetch("/letters.txt");
    const etag = headers.get("etag") ?? "";
    const date = headers.get("last-modified") ?? "";
    const ask = async (conditions: Record<string, string>, method = "GET") => {
      const answer = await server.fetch("/letters.txt", { method, headers: conditions });
      return [answer.status, (await answer.text()).length];
    };
    expect(await ask({ "if-none-match": etag })).toEqual([304, 0]);
    expect(await ask({ "if-none-match": `"other", W/${etag}` })).toEqual([304, 0]);
    expect(await ask({ "if-none-match": etag }, "HEAD")).toEqual([304, 0]);
    expect(await ask({ "if-none-match": '"other"' })).toEqual([200, 26]);
    expect(await ask({ "if-modified-since": date })).toEqual([304, 0]);
    expect(await ask({ "if-modified-since": "Thu, 01 Jan 2015 00:00:00 GMT" })).toEqual([200, 26]);
    // What is no HTTP date is ignored, whatever else might read it.
    for (const text of ["2099-01-01", "2099", "tomorrow", ""]) {
      expect(await ask({ "if-modified-since": text }), text).toEqual([200, 26]);
    }
    expect(await ask({ "if-modified-since": "Sunday, 06-Nov-94 08:49:37 GMT" })).toEqual([200, 26]);
    // The tag decides when both are there.
    expect(await ask({ "if-none-match": "", "if-modified-since": date })).toEqual([200, 26]);
    expect(await ask({ "if-none-match": '"other"', "if-modified-since": date })).toEqual([200, 26]);
    const fresh = await server.fetch("/letters.txt", { headers: { "if-none-match": etag } });
    expect([fresh.headers.get("etag"), fresh.headers.get("content-type")]).toEqual([etag, null]);
  });

  it("are 412 for who wants to have another one", async () => {
    const server = await open(host);
    const etag = (await server.fetch("/letters.txt")).headers.get("etag") ?? "";
    const ask = async (headers: Record<string, string>) =>
      (await server.fetch("/letters.txt", { headers })).status;
    expect(await ask({ "if-match": '"other"' })).toBe(412);
    expect(await ask({ "if-match": `W/${etag}` })).toBe(412);
    expect(await ask({ "if-match": `"other", ${etag}` })).toBe(200);
    expect(await ask({ "if-match": "*" })).toBe(200);
    expect(await ask({ "if-unmodified-since": "Thu, 01 Jan 2015 00:00:00 GMT" })).toBe(412);
  });

  it("are known by tags that an endpoint has set, whatever stands within their quotes", async () => {
    const server = await open(host);
    const ask = async (path: string, name: string, value: string) =>
      (await server.fetch(path, { headers: { [name]: value } })).status;
    for (const tags of ['"a,b"', '"x", "a,b"', '"a","a,b" , "b"', 'W/"a,b"', ',, "a,b",']) {
      expect(await ask("/tagged.txt", "if-none-match", tags), tags).toBe(304);
    }
    for (const tags of ['"a"', '"a", "b"', '"a" "b"', "a,b", '"a,b', '"a, b"', '"x,"a,b"']) {
      expect(await ask("/tagged.txt", "if-none-match", tags), tags).toBe(200);
    }
    expect(await ask("/tagged.txt", "if-match", '"x", "a,b"')).toBe(200);
    expect(await ask("/tagged.txt", "if-match", '"a", "b"')).toBe(412);
    expect(await ask("/weak.txt", "if-none-match", 'W/"v1, a"')).toBe(304);
    expect(await ask("/weak.txt", "if-none-match", '"v1, a"')).toBe(304);
    expect(await ask("/weak.txt", "if-match", 'W/"v1, a"')).toBe(412);
    expect(await ask("/bare.txt", "if-none-match", '"x", v1')).toBe(304);
  });

  it("give no ranges when the endpoint says so", async () => {
    const server = await open(host);
    for (const range of ["bytes=0-1", "bytes=99-"]) {
      const answer = await server.fetch("/whole.txt", { headers: { range } });
      expect([answer.status, answer.headers.get("accept-ranges"), await answer.text()]).toEqual([
        200,
        "none",
        "whole",
      ]);
    }
  });

  it("give one range of their bytes, and refuse what is beyond them", async () => {
    const server = await open(host);
    const ask = async (range: string, more: Record<string, string> = {}) => {
      const answer = await server.fetch("/letters.txt", { headers: { range, ...more } });
      return [answer.status, answer.headers.get("content-range"), await answer.text()];
    };
    const whole = [200, null, letters];
    expect(await ask("bytes=0-2")).toEqual([206, "bytes 0-2/26", "abc"]);
    expect(await ask("bytes=23-")).toEqual([206, "bytes 23-25/26", "xyz"]);
    expect(await ask("bytes=-2")).toEqual([206, "bytes 24-25/26", "yz"]);
    expect(await ask("bytes=20-99")).toEqual([206, "bytes 20-25/26", "uvwxyz"]);
    expect(await ask("bytes=26-")).toEqual([416, "bytes */26", ""]);
    expect(await ask("bytes=0-1,4-5")).toEqual(whole);
    expect(await ask("bytes=0-1, 2-3")).toEqual([206, "bytes 0-3/26", "abcd"]);
    expect(await ask("bytes=-999")).toEqual([206, "bytes 0-25/26", letters]);
    expect(await ask("BYTES=0-1")).toEqual([206, "bytes 0-1/26", "ab"]);
    expect(await ask("bytes=-0")).toEqual([416, "bytes */26", ""]);
    // What is no range of bytes is ignored, and refused in no case.
    for (const other of ["lines=0-1", "lines=99-", "bytes=x", "bytes=5-2", "bytes=-", "bytes"]) {
      expect(await ask(other), other).toEqual(whole);
    }
  });

  it("give a range only of what the client has begun to read", async () => {
    const server = await open(host);
    const { headers } = await server.fetch("/letters.txt");
    const etag = headers.get("etag") ?? "";
    const date = headers.get("last-modified") ?? "";
    const ask = async (ifRange: string) =>
      (await server.fetch("/letters.txt", { headers: { range: "bytes=0-0", "if-range": ifRange } }))
        .status;
    expect([await ask(etag), await ask(date)]).toEqual([206, 206]);
    expect([await ask('"other"'), await ask(`W/${etag}`)]).toEqual([200, 200]);
    expect(await ask("Thu, 01 Jan 2099 00:00:00 GMT")).toBe(200);
  });

  it("stream what is large, whole and in part", async () => {
    const server = await open(host);
    const got = await server.fetch("/large.txt");
    expect(got.headers.get("content-length")).toBe(String(large.length));
    expect((await got.text()) === large).toBe(true);
    const part = await server.fetch("/large.txt", { headers: { range: "bytes=26-199999" } });
    expect([part.status, part.headers.get("content-length")]).toEqual([206, "199974"]);
    expect((await part.text()) === large.slice(26, 200_000)).toBe(true);
  });

  it("keep their status, and ask no conditions where there is nothing to have", async () => {
    const server = await open(host);
    const any = { "if-none-match": "*" };
    const moved = await server.fetch("/moved", { headers: any });
    expect([moved.status, moved.headers.get("location")]).toEqual([307, "/letters.txt"]);
    const made = await server.fetch("/made", { headers: { range: "bytes=0-0" } });
    expect([made.status, await made.text()]).toEqual([201, "made"]);
    const none = await server.fetch("/none");
    expect([none.status, await none.text(), none.headers.get("content-length")]).toEqual([
      204,
      "",
      null,
    ]);
  });

  it("are found under any encoding of their values, with the host's slash, and reached by rewrites", async () => {
    const server = await open(host);
    expect(await (await server.fetch("/posts/%C3%BC%20b")).json()).toEqual({ slug: "ü b" });
    expect(await (await server.fetch("/posts/%c3%bc%20b")).json()).toEqual({ slug: "ü b" });
    expect(await (await server.fetch("/posts/%C3%BC%20%62")).json()).toEqual({ slug: "ü b" });
    expect((await server.fetch("/posts/other")).status).toBe(404);
    expect(await (await server.fetch("/go")).text()).toBe(letters);
  });

  if (host !== "node:http" && host !== "http2") {
    it("leave other methods to the legacy route", async () => {
      const server = await open(host);
      const posted = await server.fetch("/letters.txt", { method: "POST" });
      expect(await posted.text()).toBe("legacy");
    });
  }

  it.each(["405", "404"] as const)(
    "refuse other methods with `methodMismatch: %s`",
    async (mismatch) => {
      const server = await open(host, { methodMismatch: mismatch });
      const refused = await server.fetch("/letters.txt", { method: "DELETE" });
      const allow = mismatch === "405" ? "GET, HEAD" : null;
      expect([refused.status, refused.headers.get("allow")]).toEqual([Number(mismatch), allow]);
      expect((await server.fetch("/posts/%C3%BC%20b", { method: "PUT" })).status).toBe(
        Number(mismatch),
      );
      expect((await server.fetch("/posts/other", { method: "PUT" })).status).toBe(404);
      expect((await server.fetch("/letters.txt")).status).toBe(200);
    },
  );

  it("come compressed to who takes that, when it is asked for", async () => {
    const server = await open(host, { precompressed: true });
    const ask = (accepted: string, more: Record<string, string> = {}) =>
      server.fetch("/large.txt", { headers: { "accept-encoding": accepted, ...more } });
    const plain = await ask("identity");
    expect([plain.headers.get("content-encoding"), plain.headers.get("vary")]).toEqual([
      null,
      "accept-encoding",
    ]);
    const tags = new Set([plain.headers.get("etag")]);
    for (const accepted of ["identity;q=1, br;q=0.1", "gzip;q=0", "deflate", ""]) {
      expect((await ask(accepted)).headers.get("content-encoding"), accepted).toBeNull();
    }
    for (const [accepted, encoding] of [
      ["gzip, br", "br"],
      ["gzip", "gzip"],
      ["br;q=0, *", "gzip"],
      ["gzip;q=1, br;q=0.5", "gzip"],
      ["br;q=0.5, gzip;q=0.4, identity;q=0.5", "br"],
    ] as const) {
      const answer = await ask(accepted);
      expect(answer.headers.get("content-encoding"), accepted).toBe(encoding);
      expect(answer.headers.get("vary")).toBe("accept-encoding");
      expect(Number(answer.headers.get("content-length"))).toBeLessThan(large.length / 10);
      tags.add(answer.headers.get("etag"));
      const fresh = await ask(accepted, { "if-none-match": answer.headers.get("etag") ?? "" });
      expect(fresh.status).toBe(304);
    }
    expect(tags.size).toBe(3);
    // What is small, or encoded by the endpoint, has one form.
    expect((await server.fetch("/letters.txt")).headers.get("vary")).toBeNull();
    expect(
      (await server.fetch("/encoded", { method: "HEAD" })).headers.get("content-encoding"),
    ).toBe("zstd");
  });
});

describe("the files behind prerendered answers", () => {
  function client(name: string): string {
    const home = join(root ?? "", "dist/starbridge");
    const id = /^ {2}id: "([^"]+)"/m.exec(readFileSync(join(home, "manifest.mjs"), "utf8"))?.[1];
    return join(home, id ?? "", "client", name);
  }

  it("hold the very bytes in each encoding", async () => {
    await open("connect", { precompressed: true });
    expect(brotliDecompressSync(readFileSync(client("large.txt.br"))).toString() === large).toBe(
      true,
    );
    expect(gunzipSync(readFileSync(client("large.txt.gz"))).toString() === large).toBe(true);
  });

  it("that are missing end in the host's error handler, with the name of the file", async () => {
    const server = await open("express 5");
    rmSync(client("letters.txt"));
    expect((await server.fetch("/letters.txt")).status).toBe(500);
    expect(server.errors).toMatchObject([{ code: "STARBRIDGE_BUILD_UNUSABLE" }]);
    expect((await server.fetch("/letters.txt", { method: "HEAD" })).status).toBe(200);
  });

  it("that became shorter never look complete", async () => {
    const server = await open("connect");
    writeFileSync(client("large.txt"), large.slice(0, 100_000));
    const answer = await server.fetch("/large.txt");
    await expect(answer.text()).rejects.toThrow();
  });
});
