// The class itself: its shape, and what it does with a wrong `this`.
import { outcome } from "./_observe.ts";
import type { ResponseCase } from "./_response.ts";

/** Members of the platform's prototype, by kind. */
export const getters = [
  "type",
  "url",
  "redirected",
  "status",
  "ok",
  "statusText",
  "headers",
  "body",
  "bodyUsed",
];
export const methods = Object.keys(
  Object.getOwnPropertyDescriptors(globalThis.Response.prototype),
).filter((name) => !getters.includes(name) && name !== "constructor");
const statics = ["json", "redirect", "error"];

/** What is found for a name on an object or above it. */
function descriptor(object: object, name: PropertyKey): PropertyDescriptor {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found) return found;
  }
  throw new Error(`no ${String(name)}`);
}

function flags({ configurable, enumerable, writable }: PropertyDescriptor): string {
  return Object.entries({ configurable, enumerable, writable })
    .filter(([, set]) => set)
    .map(([name]) => name)
    .join();
}

const shape: ResponseCase[] = [
  [
    "is called Response and takes no argument for granted",
    (R) => [R.name, R.length],
    ["Response", 0],
  ],
  [
    "cannot be called without new",
    (R) => outcome(() => (R as unknown as () => unknown)()),
    "throws TypeError",
  ],
  [
    "has getters on its prototype, which are listed and have no setter",
    (R) =>
      getters.map((name) => {
        const found = descriptor(R.prototype, name);
        return [name, typeof found.get, typeof found.set, flags(found)];
      }),
    getters.map((name) => [name, "function", "undefined", "configurable,enumerable"]),
  ],
  [
    "has methods on its prototype, which are listed and take no arguments",
    (R) =>
      methods.map((name) => {
        const found = descriptor(R.prototype, name);
        const { value } = found as { value: { name: string; length: number } };
        return [name, value.name, value.length, flags(found)];
      }),
    methods.map((name) => [name, name, 0, "configurable,enumerable,writable"]),
  ],
  [
    "has all that the platform's prototype has",
    (R) =>
      Object.getOwnPropertyNames(globalThis.Response.prototype).filter(
        (name) => !(name in R.prototype),
      ),
    [],
  ],
  [
    "has its static methods listed, with the lengths of the platform's",
    (R) =>
      statics.map((name) => {
        const found = descriptor(R, name);
        const { value } = found as { value: { name: string; length: number } };
        return [value.name, value.length, flags(found)];
      }),
    [
      ["json", 1, "configurable,enumerable,writable"],
      ["redirect", 1, "configurable,enumerable,writable"],
      ["error", 0, "configurable,enumerable,writable"],
    ],
  ],
  [
    "has a prototype that cannot be replaced, and that knows its class",
    (R) => [flags(descriptor(R, "prototype")), R.prototype.constructor === R],
    ["", true],
  ],
  [
    "has the tag Response",
    (R) => {
      const tag = descriptor(R.prototype, Symbol.toStringTag);
      return [
        tag.value,
        flags(tag),
        String(new R("x")),
        Object.prototype.toString.call(R.prototype),
      ];
    },
    ["Response", "configurable", "[object Response]", "[object Response]"],
  ],
];

const wrongThis: ResponseCase[] = [
  [
    "has getters that throw on what is no Response",
    (R) =>
      Promise.all(
        getters.map(async (name) => {
          const get = descriptor(R.prototype, name).get as () => unknown;
          const others = [{}, undefined, 1, new Headers()];
          return new Set(await Promise.all(others.map((other) => outcome(() => get.call(other)))));
        }),
      ),
    getters.map(() => new Set(["throws TypeError"])),
  ],
  [
    "has ways to read that reject, and a clone() that throws, on what is no Response",
    (R) =>
      Promise.all(
        ["text", "json", "arrayBuffer", "blob", "formData", "clone"].map(async (name) => {
          const method = descriptor(R.prototype, name).value as () => unknown;
          const others = [{}, undefined, 1, new Headers()];
          return new Set(
            await Promise.all(others.map((other) => outcome(() => method.call(other)))),
          );
        }),
      ),
    [...Array(5).fill(new Set(["rejects TypeError"])), new Set(["throws TypeError"])],
  ],
  [
    "has members that throw on the prototype",
    (R) => Promise.all(getters.map((name) => outcome(() => R.prototype[name as "status"]))),
    getters.map(() => "throws TypeError"),
  ],
  [
    "has members that work on what the platform's class made",
    async (R) => {
      const native = new globalThis.Response("x", { status: 201 });
      const status = (descriptor(R.prototype, "status").get as () => unknown).call(native);
      const clone = R.prototype.clone.call(native);
      return [status, await R.prototype.text.call(native), await clone.text()];
    },
    [201, "x", "x"],
  ],
];

export const responseClass: ResponseCase[] = [...shape, ...wrongThis];
