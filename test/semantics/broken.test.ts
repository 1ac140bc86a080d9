// A list that everything passes is worth nothing: here are classes with one defect each, and the list finds them.
import { describe, expect, it } from "vitest";
import type { ResponseClass } from "./_response.ts";
import { responseCases } from "./_response.ts";

const Platform = globalThis.Response as ResponseClass;
type Arguments = ConstructorParameters<ResponseClass>;
type Own = Record<string, unknown>;

type Members = Record<string, PropertyDescriptor | undefined>;

/** A class that hands everything on to the platform's, but for what is said. */
function responseWith(defect: {
  /** Members of instances, given the platform's own. */
  members?: (original: Response, args: Arguments) => Members;
  /** What the constructor is given instead. */
  args?: (args: Arguments) => Arguments;
  statics?: Own;
}): ResponseClass {
  const Broken: ResponseClass = new Proxy(Platform, {
    construct(target, args: Arguments, newTarget): object {
      const given = defect.args?.(args) ?? args;
      // The trap is asked for derived classes as well, whose prototype has to stay.
      const of = newTarget === Broken ? target : newTarget;
      const made: Response = Reflect.construct(target, given, of);
      for (const [name, member] of Object.entries(defect.members?.(made, args) ?? {})) {
        if (member) Object.defineProperty(made, name, member);
      }
      return made;
    },
    get: (target, name) =>
      defect.statics && Object.hasOwn(defect.statics, name)
        ? defect.statics[name as string]
        : Reflect.get(target, name),
  });
  return Broken;
}

const prototype = Object.getOwnPropertyDescriptors(Platform.prototype) as Record<
  string,
  PropertyDescriptor
>;
const method = (value: (this: Response) => unknown): PropertyDescriptor => ({ value });
const getter = (get: (this: Response) => unknown): PropertyDescriptor => ({ get });
const native = (name: string, on: Response): unknown => prototype[name]?.get?.call(on);

const withInit = (body: Arguments[0], init: ResponseInit = {}): Arguments => [body, init];

/** One defect each; several of them are what a Response that puts things off is prone to. */
const defects: [defect: string, finds: string, Class: ResponseClass][] = [
  [
    "keeps bytes by reference",
    "bytes that are overwritten later",
    responseWith({
      members: (_original, [body]) =>
        body instanceof Uint8Array
          ? { text: method(async () => Buffer.from(body).toString()) }
          : {},
    }),
  ],
  [
    "writes params when they are read",
    "params that are added later",
    responseWith({
      members: (_original, [body]) =>
        body instanceof URLSearchParams ? { text: method(async () => body.toString()) } : {},
    }),
  ],
  [
    "makes headers anew at each look",
    "the same at each look",
    responseWith({
      members: () => ({
        headers: getter(function () {
          return new Headers(native("headers", this) as Headers);
        }),
      }),
    }),
  ],
  [
    "makes a body anew at each look",
    "looking at the body, or at bodyUsed, is no reading",
    responseWith({
      members: (_original, [body]) =>
        typeof body === "string" ? { body: getter(() => new Platform(body).body) } : {},
    }),
  ],
  [
    "has no default content type",
    "a string gives its bytes and its type",
    responseWith({
      members: (original, [, init]) => {
        if (!init?.headers) original.headers.delete("content-type");
        return {};
      },
    }),
  ],
  [
    "is never used",
    "text() uses bytes at once",
    responseWith({ members: () => ({ bodyUsed: getter(() => false) }) }),
  ],
  [
    "is used by a look at its body",
    "looking at the body, or at bodyUsed, is no reading",
    responseWith({
      members: (original) => {
        let looked = false;
        return {
          body: getter(() => {
            looked = true;
            return native("body", original);
          }),
          bodyUsed: getter(() => looked || native("bodyUsed", original)),
        };
      },
    }),
  ],
  [
    "can be read twice",
    "a string that was read by one way is read by no other",
    responseWith({
      members: (original, [body]) => {
        const copy = original.clone();
        return typeof body === "string" ? { text: method(() => copy.clone().text()) } : {};
      },
    }),
  ],
  [
    "reads what is locked",
    "a string that is locked is not read",
    responseWith({
      members: (_original, [body]) =>
        typeof body === "string" ? { text: method(async () => body) } : {},
    }),
  ],
  [
    "keeps lone surrogates",
    "a string with lone surrogates",
    responseWith({
      members: (_original, [body]) =>
        typeof body === "string"
          ? { arrayBuffer: method(async () => Uint8Array.from(Buffer.from(body, "latin1")).buffer) }
          : {},
    }),
  ],
  [
    "takes any status",
    "the status number 600 is",
    responseWith({
      args: ([body, init]) => {
        const status = Number(init?.status ?? 200);
        return withInit(body, status < 200 || status > 599 ? { ...init, status: 200 } : init);
      },
    }),
  ],
  [
    "takes a body with 204",
    "204 refuses a body",
    responseWith({
      args: ([body, init]) => withInit(init?.status === 204 ? null : body, init),
    }),
  ],
  [
    "takes any status text",
    'the status text "line',
    responseWith({
      args: ([body, init]) =>
        withInit(body, /[\r\n]/.test(String(init?.statusText?.toString())) ? {} : init),
    }),
  ],
  [
    "shares headers with its clone",
    "has headers of its own",
    responseWith({
      members: (original) => ({
        clone: method(() =>
          Object.defineProperty(prototype.clone?.value.call(original), "headers", {
            value: original.headers,
          }),
        ),
      }),
    }),
  ],
  [
    "joins cookies in its clone",
    "keeps each cookie by itself",
    responseWith({
      members: (original) => ({
        clone: method(() => {
          const clone: Response = prototype.clone?.value.call(original);
          const joined = clone.headers.getSetCookie().join(", ");
          if (joined) clone.headers.set("set-cookie", joined);
          return clone;
        }),
      }),
    }),
  ],
  [
    "writes undefined as JSON",
    "json() refuses undefined",
    responseWith({
      statics: { json: (data: unknown, init?: ResponseInit) => Platform.json(data ?? null, init) },
    }),
  ],
  [
    "redirects to anything",
    'redirect() refuses "relative"',
    responseWith({
      statics: {
        redirect: (url: string, status = 302) =>
          new Platform(null, { status, headers: { location: String(url) } }),
      },
    }),
  ],
  [
    "throws where it should reject",
    "text() uses a string at once",
    responseWith({
      members: (original) => ({
        text: method(() => {
          if (original.bodyUsed) throw new TypeError("used");
          return prototype.text?.value.call(original);
        }),
      }),
    }),
  ],
  [
    "has a Blob of the type it had at first",
    "blob() goes by the content type at the time of reading",
    responseWith({
      members: (original) => {
        const type = original.headers.get("content-type") ?? "";
        const blob = async () => {
          const read: Blob = await prototype.blob?.value.call(original);
          return read.slice(0, read.size, type);
        };
        return { blob: method(blob) };
      },
    }),
  ],
  [
    "shows keys of its own",
    "without keys of their own",
    responseWith({
      members: () => ({ kept: { value: 1, enumerable: true } }),
    }),
  ],
  [
    "has fields that can be set",
    "whose fields cannot be set",
    responseWith({
      members: () => ({ status: { value: 200, writable: true } }),
    }),
  ],
];

describe("the list of what a Response is", () => {
  it("finds nothing in a class that hands everything on", async () => {
    expect(await failures(responseWith({}), "")).toEqual([]);
  });

  it.each(defects)("finds a Response that %s, by %j", async (_defect, finds, Broken) => {
    expect(await failures(Broken, finds)).not.toEqual([]);
  });
});

/** Titles of the cases that do not hold for a class, of those that say the given words. */
async function failures(Class: ResponseClass, words: string): Promise<string[]> {
  const failed: string[] = [];
  const cases = Object.values(responseCases).flat();
  const chosen = cases.filter(([title]) => title.includes(words));
  if (chosen.length === 0) throw new Error(`no case says ${words}`);
  for (const [title, observe, expected] of chosen) {
    // They compare the class with the constructor that its prototype names: a Proxy is told by that.
    if (/knows its class|instances of itself/.test(title)) continue;
    try {
      expect(await observe(Class)).toEqual(expected);
    } catch {
      failed.push(title);
    }
  }
  return failed;
}
