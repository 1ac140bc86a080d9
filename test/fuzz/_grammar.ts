// Requests nobody should send. Most begin as a path that is answered and are then spoiled once or twice: a request that
// is odd in ten ways at once is refused for the first of them, and tells nothing about the others.
import { drawOrder } from "./_moves.ts";
import { drawOrigin } from "./_origin.ts";
import type { Random } from "./_random.ts";
import type { WireRequest } from "./_request.ts";
import type { Choices } from "./_setup.ts";
import { encodeText, patternOf } from "./_tables.ts";
import type { PageTable } from "./_tables.ts";
import {
  BAD_HOSTS,
  ENDS,
  EXTRA,
  FRONTS,
  GOOD_HOSTS,
  LEGACY_PATHS,
  METHODS,
  ODD_METHODS,
  PARENTS,
  QUERIES,
  SEGMENTS,
  SLASHES,
  TAILS,
  VALUES,
  WHOLE,
  WIDE_SLASHES,
} from "./_words.ts";

/** What requests are made of: the mount path and the table they are aimed at. */
export interface Aim {
  mount: string;
  table: PageTable;
  choices: Choices;
}

/** A request that is aimed at a table. */
export function drawRequest(random: Random, aim: Aim): WireRequest {
  const method = random.pick(random.chance(0.93) ? METHODS : ODD_METHODS);
  const version = random.chance(0.03) ? "1.0" : "1.1";
  const headers = drawHost(random, version);
  if (random.chance(0.1)) headers.push(random.pick(EXTRA));
  const { lines, body } = drawBody(random, method);
  // Node's parser skips spaces in front of a target: no host ever sees them.
  const target = drawTarget(random, aim).trimStart();
  const request = { method, target, version, headers: [...headers, ...lines], body };
  if (aim.choices.checkOrigin !== false) request.headers = drawOrigin(random, request);
  if (aim.choices.rewrites && random.chance(0.4)) {
    request.headers.push(drawOrder(random, drawTarget(random, aim)));
    // What is rewritten has to be somebody's first.
    if (random.chance(0.7)) request.target = knownPath(random, aim);
  }
  return request;
}

function drawTarget(random: Random, aim: Aim): string {
  if (random.chance(0.02)) return random.pick(WHOLE);
  let path = random.chance(0.75) ? knownPath(random, aim) : freePath(random, aim);
  if (random.chance(0.08)) path += "/";
  for (let times = random.pick([0, 1, 1, 1, 1, 2, 2, 3]); times > 0; times--) {
    path = spoil(random, path);
  }
  if (random.chance(0.002)) path += "/a".repeat(random.below(6000));
  else if (random.chance(0.004)) path += random.pick(["a", "%61", "a-"]).repeat(random.below(4000));
  return random.chance(0.15) ? path + random.pick(QUERIES) : path;
}

/** A path that a file or a legacy route answers. */
function knownPath(random: Random, { mount, table }: Aim): string {
  if (random.chance(0.1)) return random.pick(LEGACY_PATHS);
  const inside = Object.keys(table.files).filter((file) =>
    table.areas.some((area) => patternOf(file).startsWith(area)),
  );
  const file = random.pick(random.chance(0.6) ? inside : Object.keys(table.files));
  const path = encodeText(patternOf(file)).replace(/%5B(\.\.\.)?\w+%5D/g, (_, rest?: string) =>
    rest === undefined || random.chance(0.5)
      ? random.pick(VALUES)
      : `${random.pick(VALUES)}/${random.pick(VALUES)}`,
  );
  return mountPath(random, mount) + (path === "/" && mount !== "" ? "" : path);
}

function mountPath(random: Random, mount: string): string {
  return mount.replace(/:\w+/g, () => random.pick(VALUES));
}

function freePath(random: Random, { mount, table }: Aim): string {
  const names = Object.keys(table.files).flatMap((file) => patternOf(file).split("/").slice(1));
  let path = random.chance(0.8) ? mountPath(random, mount) : "";
  for (let count = 1 + random.below(4); count > 0; count--) {
    const name = random.chance(0.4) ? encodeText(random.pick(names)) : random.pick(SEGMENTS);
    path += random.pick(["/", "/", "/", "/", "//", "\\", "/./", "%2F"]) + name;
  }
  return path;
}

/** Spoils a path at one place. */
function spoil(random: Random, path: string): string {
  const at = random.below(path.length + 1);
  const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
  const slash = slashes.length > 0 ? random.pick(slashes) : 0;
  const replaceAt = (from: number, length: number, text: string) =>
    path.slice(0, from) + text + path.slice(from + length);
  switch (random.below(12)) {
    case 0:
    case 1:
      return replaceAt(at, 1, encodeOddly(random, path[at] ?? "a"));
    case 2:
      return replaceAt(slash, 1, random.pick(SLASHES));
    case 3:
      return replaceAt(slash, 1, random.pick(WIDE_SLASHES));
    case 4:
      return replaceAt(slash, 1, `/${random.pick(SEGMENTS)}/`);
    case 5:
      return replaceAt(slash, 1, `/${random.pick(SEGMENTS)}/../`);
    case 6:
      return replaceAt(slash, 1, `/${random.pick(SEGMENTS)}/${random.pick(PARENTS)}/`);
    case 7:
      return replaceAt(slash, 0, random.pick(TAILS));
    case 8:
      return replaceAt(at, 1, swapCase(path[at] ?? "A"));
    case 9:
      return random.chance(0.3) ? swapCase(path) : path + random.pick(ENDS);
    case 10:
      return random.pick(FRONTS) + (random.chance(0.7) ? path : path.slice(1));
    default:
      return replaceAt(at, 0, random.pick(SEGMENTS));
  }
}

function encodeOddly(random: Random, char: string): string {
  const code = char.charCodeAt(0);
  const hex = code.toString(16).padStart(2, "0");
  const overlong = `%c${(code >> 6).toString(16)}%${(128 | (code & 63)).toString(16)}`;
  const wide =
    code > 32 && code < 127 ? encodeURIComponent(String.fromCharCode(code + 0xfee0)) : "";
  return random.pick([
    ...[`%${hex}`, `%${hex.toUpperCase()}`, `%25${hex}`, `%2525${hex}`, `%u00${hex}`],
    ...[overlong, wide, Buffer.from(decodeURIComponent(wide)).toString("latin1"), ""],
  ]);
}

/** Of ASCII letters: one character stays one byte. */
function swapCase(text: string): string {
  return /[a-z]/.test(text)
    ? text.replace(/[a-z]/g, (char) => char.toUpperCase())
    : text.replace(/[A-Z]/g, (char) => char.toLowerCase());
}

function drawHost(random: Random, version: string): string[] {
  const kind = random.below(40);
  if (kind === 0) return [];
  if (kind === 1) return ["Host:"];
  if (kind === 2) return [`Host: ${random.pick(GOOD_HOSTS)}`, `Host: ${random.pick(BAD_HOSTS)}`];
  if (kind < 7) return [`Host: ${random.pick(BAD_HOSTS)}`];
  return version === "1.0" && kind < 20 ? [] : [`Host: ${random.pick(GOOD_HOSTS)}`];
}

function drawBody(random: Random, method: string): { lines: string[]; body: string } {
  if (!/^(?:POST|PUT|PATCH|DELETE)$/.test(method) || random.chance(0.3))
    return { lines: [], body: "" };
  const [type, body] = random.pick([
    ["application/json", '{"a":1}'],
    ["application/json; charset=utf-8", '{"deep":{"list":[1,2,3]}}'],
    ["text/plain", "hello"],
    ["application/x-www-form-urlencoded", "a=1&b=2"],
    ["application/octet-stream", "\x00\x01\xff"],
    ["application/json", ""],
    ["application/json", "{broken"],
  ] as const);
  const lines = [`Content-Type: ${type}`];
  if (body === "" || random.chance(0.7)) {
    return { lines: [...lines, `Content-Length: ${body.length}`], body };
  }
  const chunked = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
  return { lines: [...lines, "Transfer-Encoding: chunked"], body: chunked };
}
