// Guards that bar nobody: they note on the answer that they ran, so that one request tells both which guard saw it and
// which file answered.
import type { IncomingMessage, ServerResponse } from "node:http";
import { headerValues } from "./_request.ts";
import type { Setup } from "./_setup.ts";
import { encodeText, isGuardable, isInside, patternOf } from "./_tables.ts";

/** A guard, and the files that must not answer without it. */
export interface Guard {
  label: string;
  /** Which part of the table it stands before, without the mount path: `/admin`. */
  path: string;
  /** It stands before this one path, and not before what is below. */
  isExact: boolean;
}

/** The guards of a setup: one per area, and, where the host has them, one per file without params in it. */
export function guardsOf(setup: Setup): Guard[] {
  const guards: Guard[] = [];
  for (const path of setup.table.areas) {
    for (const kind of GUARDS[setup.host])
      guards.push({ label: `${kind} ${path}`, path, isExact: false });
  }
  if (!setup.host.startsWith("express")) return guards;
  for (const path of guardedPaths(setup))
    guards.push({ label: `exact ${path}`, path, isExact: true });
  return guards;
}

/** `inner` stands where the bridge stands, `hook` reads the raw target, `route` what Fastify's router says. */
const GUARDS: Record<Setup["host"], string[]> = {
  "express 4": ["use", "inner"],
  "express 5": ["use", "inner"],
  connect: ["use", "inner"],
  "node:http": ["hook"],
  http2: ["hook"],
  middie: ["use", "hook"],
  fastify: ["hook", "url", "route"],
};

/** Paths of files inside of areas, as far as they have no params. */
export function guardedPaths({ table }: Setup): string[] {
  const paths = Object.keys(table.files).map(patternOf);
  return paths.filter(
    (path) => isGuardable(path) && table.areas.some((area) => isInside(path, area)),
  );
}

/** Whether a guard stands before the file. */
export function guards({ path, isExact }: Guard, file: string): boolean {
  const pattern = patternOf(file);
  return isExact ? pattern === path : isInside(pattern, path);
}

type Middleware = (req: IncomingMessage, res: ServerResponse, next: () => void) => void;

/** A middleware that notes its label. */
export function marks(label: string): Middleware {
  return (_req, res, next) => {
    mark(res, label);
    next();
  };
}

export function mark(res: ServerResponse, label: string, header = "x-guards"): void {
  const before = res.getHeader(header);
  const text = encodeText(label);
  res.setHeader(header, before === undefined ? text : `${String(before)}, ${text}`);
}

/** The labels on an answer. */
export function marksOf(lines: readonly string[]): string[] {
  const values = ["x-guards", "x-route-guards"].flatMap((name) => headerValues(lines, name));
  return values.flatMap((value) => value.split(", ")).map((label) => decodeURI(label));
}
