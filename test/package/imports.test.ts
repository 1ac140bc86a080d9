import { describe, expect, it } from "vitest";
import type { Import } from "./_imports.ts";
import { cyclesOf, importsOf } from "./_imports.ts";
import { filesIn, manifest } from "./_package.ts";

const files = [...filesIn("lib"), ...filesIn("bridges")].filter(
  (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
);
const imports = files.flatMap((file) => importsOf(file));
const ours = imports.filter((edge) => edge.target !== undefined);
const packages = imports.filter((edge) => edge.packageName !== undefined);
const builtins = imports.filter((edge) => edge.specifier.startsWith("node:"));

interface Room {
  room: string;
  files: RegExp;
  mayImport: string[];
  /** Rooms of which it may name types. */
  mayName?: string[];
}

// Who may import whom. A file's room is the first whose pattern fits; imports point to the rooms named
// here, and into the own room.
const rooms: Room[] = [
  {
    room: "base",
    files:
      /^lib\/(?:types|errors|start-errors|static-errors|static-types|describe|thrown|log|read-ahead|content-coding|client-address|version|soon)\.ts$/,
    mayImport: [],
    // The contract of all rooms names what cookies.ts makes.
    mayName: ["parts"],
  },
  { room: "parts", files: /^lib\/(?:incoming|cookies)\.ts$/, mayImport: ["base"] },
  { room: "routes", files: /^lib\/routes\//, mayImport: ["base"] },
  // The light Response: by itself, as `starbridge/web`.
  { room: "web", files: /^lib\/web\//, mayImport: [] },
  { room: "node", files: /^lib\/node\//, mayImport: ["base", "web"] },
  // What a prerendered route says of itself; nothing of a build.
  {
    room: "static",
    files: /^lib\/build\/(?:prerender-flag|static-path|static-paths|paginate|tsconfig)\.ts$/,
    mayImport: ["base", "parts", "routes"],
    mayName: ["request"],
  },
  {
    room: "loader",
    files: /^lib\/loader\//,
    mayImport: ["base", "parts", "routes", "static"],
    mayName: ["request"],
  },
  // What serves a build: a loader like the others, without anything that builds.
  {
    room: "served",
    files: /^lib\/build\/(?:manifest|manifest-loader|prerendered|conditions|body|encodings)\.ts$/,
    mayImport: ["base", "parts", "routes", "static", "loader"],
    mayName: ["request"],
  },
  // Development only, imported when it is wanted.
  {
    room: "dev",
    files: /^lib\/dev\//,
    mayImport: ["base", "parts", "routes", "static", "loader"],
    mayName: ["request"],
  },
  {
    room: "build",
    files: /^lib\/build\//,
    mayImport: ["base", "parts", "routes", "static", "loader", "served", "request", "app"],
  },
  {
    room: "cli",
    files: /^lib\/cli\//,
    mayImport: [
      "base",
      "parts",
      "routes",
      "static",
      "loader",
      "served",
      "dev",
      "build",
      "request",
      "app",
    ],
  },
  {
    room: "app",
    files: /^lib\/(?:app|start|testing|settings|config-file)\.ts$/,
    mayImport: ["base", "parts", "routes", "request", "static", "loader", "served", "dev"],
  },
  {
    room: "entry",
    files: /^lib\/(?:index|middleware-entry)\.ts$/,
    mayImport: ["base", "parts", "request", "app"],
  },
  {
    room: "request",
    files: /^lib\/[^/]+\.ts$/,
    mayImport: ["base", "parts", "routes", "web"],
    // What a page is made of: the loader's file, handed over by start.ts.
    mayName: ["loader", "static"],
  },
  // What hosts with req and res share. No bridge of its own, and no framework in it.
  { room: "bridges", files: /^bridges\/[^/]+\.ts$/, mayImport: ["base", "node", "app"] },
  ...["express", "fastify", "connect"].map((host) => ({
    room: `bridge ${host}`,
    files: new RegExp(`^bridges/${host}/`),
    mayImport: ["base", "web", "node", "app", "bridges"],
    mayName: ["routes"],
  })),
];

// What bridges share with the core beyond their rooms: one spelling of paths, one shape of a route, one
// sign for "not mine".
const forBridges = ["lib/routes/path.ts", "lib/routes/route.ts", "lib/pass.ts"];

// Inside routes/: files become patterns, these an order, this a table, which is matched.
const routeOrder = ["scan", "route", "parse", "path", "order", "capture", "table", "match"];

// Who may touch Node itself. Everything else runs on Web APIs alone.
const mayUseNode =
  /^(?:lib\/(?:node|loader|dev|build|cli)\/|lib\/config-file\.ts$|lib\/routes\/scan\.ts$|bridges\/)/;
// The `root` option is a path or a file: URL.
const mayUse = [
  ...["node:path", "node:url"].map((specifier) => ({ file: "lib/config.ts", specifier })),
  // Whether a stream was read, that an object is not to be cloned, and how it is shown, is said nowhere else.
  { file: "lib/web/plain-body.ts", specifier: "node:stream" },
  { file: "lib/web/inherit.ts", specifier: "node:worker_threads" },
  { file: "lib/web/headers.ts", specifier: "node:util" },
];

// Frameworks are types to us; this one has to wrap the plugin at run time.
const runtimeFramework = { from: /^bridges\/fastify\//, packageName: "fastify-plugin" };

const sample = `
import { readFileSync } from "node:fs";
import type { A } from "../types.ts";
import {
  type C,
  d,
} from "./c.ts";
import name, * as all from "@scope/name/deep";
export * from "./star.ts";
import "./effect.ts";
// import { no } from "./no.ts";
/** import { no } from "./no.ts"; */
const lazy = () => import("./lazy.ts");
type Req = import("express").Request;
declare module "fastify" {}
`;

describe("imports of lib/ and bridges/", () => {
  it("are found, each kind of them, and not in comments", () => {
    const found = importsOf("lib/a/b.ts", sample);
    expect(found.map((edge) => [edge.target ?? edge.specifier, edge.typeOnly, edge.mixed])).toEqual(
      [
        ["node:fs", false, false],
        ["lib/types.ts", true, false],
        ["lib/a/c.ts", false, true],
        ["@scope/name/deep", false, false],
        ["lib/a/star.ts", false, false],
        ["lib/a/effect.ts", false, false],
        ["lib/a/lazy.ts", false, false],
        ["express", true, false],
        ["fastify", true, false],
      ],
    );
    expect(found[3]?.packageName).toBe("@scope/name");
    const edge = (file: string, target: string) => ({ ...(found[0] as Import), file, target });
    expect(cyclesOf([edge("a", "b"), edge("b", "c"), edge("c", "a"), edge("a", "c")])).toEqual([
      ["a", "b", "c", "a"],
    ]);
  });

  it("are there in every room of the table, and every file has a room", () => {
    expect(new Set(files.map(roomOf))).toEqual(new Set(rooms.map(({ room }) => room)));
    const importing = new Set(ours.map((edge) => roomOf(edge.file)));
    expect(rooms.filter(({ room }) => !importing.has(room)).map(({ room }) => room)).toEqual([]);
  });

  it("point down: types, errors and log below routes and node, these below the request, the app above", () => {
    const wrong = ours.filter(({ file, target = "", typeOnly }) => {
      const from = rooms.find((entry) => entry.files.test(file));
      const to = roomOf(target);
      if (from === undefined || from.room === to || from.mayImport.includes(to)) return false;
      if (typeOnly && from.mayName?.includes(to)) return false;
      return !(from.room.startsWith("bridge") && forBridges.includes(target));
    });
    expect(wrong.map(sentence)).toEqual([]);
  });

  it("go forward inside routes/, from the file list to the match", () => {
    const names = files.map(routeFile).filter((name) => name !== undefined);
    expect(names.sort()).toEqual([...routeOrder].sort());
    const wrong = ours.filter(({ file, target }) => {
      const from = routeOrder.indexOf(routeFile(file) ?? "");
      const to = routeOrder.indexOf(routeFile(target as string) ?? "");
      return from !== -1 && to > from;
    });
    expect(wrong.map(sentence)).toEqual([]);
  });

  it("have no cycle, types counted or not", () => {
    // The contract names what cookies.ts makes, and cookies.ts the contract: types, gone at run time.
    const named = ({ file, target }: Import) =>
      !(file === "lib/types.ts" && target === "lib/cookies.ts");
    expect(cyclesOf(ours.filter((edge) => !edge.typeOnly))).toEqual([]);
    expect(cyclesOf(ours.filter(named))).toEqual([]);
  });

  it("carry the .ts extension and name a file that exists", () => {
    const relative = imports.filter((edge) => edge.specifier.startsWith("."));
    expect(relative.filter((edge) => !edge.specifier.endsWith(".ts")).map(sentence)).toEqual([]);
    expect(ours.filter((edge) => !files.includes(edge.target as string)).map(sentence)).toEqual([]);
  });

  it("keep types apart: no inline `type` among values", () => {
    expect(imports.filter((edge) => edge.mixed).map(sentence)).toEqual([]);
  });

  it("name packages only that are dependencies, and frameworks only as types, in their own bridge", () => {
    const wrong = packages.filter(({ file, packageName, typeOnly }) => {
      const name = packageName as string;
      if (name === runtimeFramework.packageName) return !runtimeFramework.from.test(file);
      if (name in manifest.dependencies) return false;
      // Vite is loaded where it is installed; only its types are named.
      const isTool = name === "vite" && /^lib\/(?:dev|build|loader)\//.test(file);
      const own = isTool || file.startsWith(`bridges/${name}/`);
      return !(typeOnly && own && name in manifest.peerDependencies);
    });
    expect(wrong.map(sentence)).toEqual([]);
  });

  it("spell Node's own modules `node:x`, and only where Node is the matter", () => {
    const wrong = builtins.filter(
      ({ file, specifier }) =>
        !mayUseNode.test(file) &&
        !mayUse.some((pair) => pair.file === file && pair.specifier === specifier),
    );
    expect(wrong.map(sentence)).toEqual([]);
    // Without the prefix a built-in looks like a package, and no package of ours has its name.
    expect(packages.filter((edge) => edge.builtin).map(sentence)).toEqual([]);
  });

  it("leave frameworks unnamed in lib/, in types too", () => {
    const frameworks = ["express", "fastify", "fastify-plugin", "connect", "@fastify/middie"];
    const wrong = packages.filter(
      ({ file, packageName }) =>
        file.startsWith("lib/") && frameworks.includes(packageName as string),
    );
    expect(wrong.map(sentence)).toEqual([]);
  });
});

function roomOf(file: string): string {
  return rooms.find((entry) => entry.files.test(file))?.room ?? "nowhere";
}

function routeFile(file: string): string | undefined {
  return /^lib\/routes\/([^/]+)\.ts$/.exec(file)?.[1];
}

function sentence({ file, specifier, typeOnly }: Import): string {
  return `${file} imports ${specifier}${typeOnly ? " (types)" : ""}`;
}
