// Prerendered routes whose patterns fit the same paths: each answers what it lists.
import { describe, expect, it } from "vitest";
import type { HostName } from "../_hosts.ts";
import { start, stopHosts } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { buildProject, project } from "./_project.ts";
import { quietLogger } from "./_quiet-logger.ts";

const FLAG = "export const prerender = true;\n";
const list = (name: string, ...values: string[]) =>
  `${FLAG}export const getStaticPaths = () => ${JSON.stringify(values)}.map((${name}) => ({ params: { ${name} } }));\n`;
const say = (text: string) =>
  `export const GET = ({ params }) => Response.json({ ${text}: params });`;

const files = {
  "src/pages/blog/[slug].json.js": `${list("slug", "hello")}${say("slug")}`,
  "src/pages/blog/[...page].json.js": `${FLAG}
    export const getStaticPaths = ({ paginate }) => paginate([1, 2, 3], { pageSize: 1 });
    ${say("page")}`,
  "src/pages/tag/[tag].js": `${list("tag", "a")}${say("tag")}`,
  "src/pages/tag/[...rest].js": `${list("rest", "a", "b")}${say("rest")}`,
  "src/pages/two/[x].js": `${list("x", "1")}${say("x")}`,
  "src/pages/two/[y].js": `${list("y", "2")}${say("y")}`,
  "src/pages/two/[...live].js": say("live"),
};

const hosts: HostName[] = ["express 5", "fastify", "node:http"];

describe.each(hosts)("prerendered routes beside one another on %s", (host) => {
  staysQuiet();

  it.each(["built", "not built"])("answer what each of them lists (%s)", async (state) => {
    const root = project(files);
    if (state === "built") {
      const { log } = await buildProject(root);
      const texts = log.lines.map(({ text }) => text);
      expect(texts.filter((text) => text.includes("is not prerendered"))).toEqual([
        "/tag/a of src/pages/tag/[...rest].js is not prerendered: src/pages/tag/[tag].js answers that path.",
      ]);
    }
    const options = {
      root,
      dev: false,
      build: state === "built" ? undefined : false,
      logger: quietLogger,
    };
    const server = await start(host, { options: options as object });
    const ask = async (path: string) => {
      const answer = await server.fetch(path);
      return answer.ok ? await answer.text() : answer.status;
    };
    // Without a build Fastify asks getStaticPaths at the first request for a path.
    await ask("/blog/none.json");
    expect(await ask("/blog/hello.json")).toBe('{"slug":{"slug":"hello"}}');
    expect(await ask("/blog/2.json")).toBe('{"page":{"page":"2"}}');
    expect(await ask("/blog/3.json")).toBe('{"page":{"page":"3"}}');
    expect(await ask("/blog/4.json")).toBe(404);
    expect(await ask("/tag/a")).toBe('{"tag":{"tag":"a"}}');
    expect(await ask("/tag/b")).toBe('{"rest":{"rest":"b"}}');
    expect(await ask("/two/1")).toBe('{"x":{"x":"1"}}');
    expect(await ask("/two/2")).toBe('{"y":{"y":"2"}}');
    expect(await ask("/two/3")).toBe('{"live":{"live":"3"}}');
    await stopHosts();
  });

  it.each(["built", "not built"])(
    "refuse a method for what any of them lists, and leave other paths (%s)",
    async (state) => {
      const { "src/pages/two/[...live].js": _, ...prerendered } = files;
      const root = project(prerendered);
      if (state === "built") await buildProject(root);
      const options = {
        root,
        dev: false,
        build: state === "built" ? undefined : false,
        logger: quietLogger,
        methodMismatch: "405",
      };
      const server = await start(host, { options: options as object });
      const ask = async (path: string) => {
        const { status, headers } = await server.fetch(path, { method: "POST" });
        return [status, headers.get("allow")?.includes("GET")];
      };
      // Without a build Fastify asks getStaticPaths at the first request for a path.
      await server.fetch("/two/3");
      for (const path of [
        "/blog/hello.json",
        "/blog/2.json",
        "/tag/a",
        "/tag/b",
        "/two/1",
        "/two/2",
      ]) {
        expect([path, ...(await ask(path))]).toEqual([path, 405, true]);
      }
      expect(await ask("/blog/4.json")).toEqual([404, undefined]);
      expect(await ask("/two/3")).toEqual([404, undefined]);
      await stopHosts();
    },
  );
});
