// What a prerendered route is asked for and does not list goes to the route behind it, built or not, by the host's rule
// about slashes.
import { createRequire } from "node:module";
import express5 from "express";
import fastify from "fastify";
import type { BridgeOptions } from "starbridge";
import { starbridge } from "starbridge/express";
import plugin from "starbridge/fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { listener } from "../bridges/_listen.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { buildProject, project } from "./_project.ts";
import { quietLogger } from "./_quiet-logger.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");
const FLAG = "export const prerender = true;\n";
const list = (name: string, ...values: string[]) =>
  `${FLAG}export const getStaticPaths = () => ${JSON.stringify(values)}.map((${name}) => ({ params: { ${name} } }));\n`;
const say = (word: string, name: string) =>
  `export const GET = ({ params }) => new Response("${word} " + params.${name});\n`;

const states = ["built", "not built"] as const;

/** A project, built or not, and what a bridge is to be told of it. */
async function prepare(
  files: Record<string, string>,
  state: (typeof states)[number],
): Promise<BridgeOptions & { root: string }> {
  const root = project(files);
  if (state === "built") await buildProject(root);
  const options = { root, dev: false, logger: quietLogger } as BridgeOptions & { root: string };
  return state === "built" ? options : { ...options, build: false };
}

describe("a strict host", () => {
  staysQuiet();
  const listen = listener();
  const files = {
    "src/pages/docs/[...slug].js": list("slug", "a/b") + say("made", "slug"),
    "src/pages/docs/[id].js": say("live", "id"),
  };
  type Get = (path: string) => Promise<Response>;
  const strictly = async (app: express5.Express, options: BridgeOptions): Promise<Get> => {
    app.enable("strict routing").use(starbridge(options));
    return (await listen(app)).get;
  };
  const hosts: Record<string, (options: BridgeOptions) => Promise<Get>> = {
    "express 4": (options) => strictly(express4(), options),
    "express 5": (options) => strictly(express5(), options),
    async fastify(options) {
      const app = fastify();
      onTestFinished(() => app.close());
      await app.register(plugin, options);
      await app.ready();
      return (await listen((req, res) => app.routing(req, res))).get;
    },
  };

  it.each(Object.keys(hosts).flatMap((name) => states.map((state) => [name, state] as const)))(
    "has no second choice with a slash that it would not take: %s, %s",
    async (name, state) => {
      const get = await (hosts[name] as (typeof hosts)[string])(await prepare(files, state));
      for (const [path, text] of [
        ["/docs/x/", undefined],
        ["/docs/x", "live x"],
        ["/docs/a/b", "made a/b"],
        ["/docs/a/b/", "made a/b"],
      ] as const) {
        const answer = await get(path);
        expect([path, answer.ok ? await answer.text() : undefined]).toEqual([path, text]);
      }
    },
  );
});
