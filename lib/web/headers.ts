// The Headers of a light Response: the list as it was given, until somebody asks for more than one header at a time.
import { inspect } from "node:util";
import type { HeaderList } from "./header-list.ts";
import { indexOfHeader, isPlainValue, toHeaders, toPlainName } from "./header-list.ts";
import { inherit, protect } from "./inherit.ts";

type NativeHeaders = InstanceType<typeof globalThis.Headers>;

/** The list behind light headers, which is theirs; `undefined` for all others, and when they were opened. */
export let plainList: (headers: NativeHeaders) => HeaderList | undefined;

export class LightHeaders implements NativeHeaders {
  readonly #list: HeaderList;
  #native: NativeHeaders | undefined;

  /** @param list Is written to; the caller may read it for as long as `plainList` gives it. */
  constructor(list: HeaderList) {
    protect?.(this);
    this.#list = list;
  }

  append(name: string, value: string): void {
    const plain = this.#plain(name);
    if (plain === undefined || !isPlainValue(value)) this.#open().append(name, value);
    else {
      const at = plain === "set-cookie" ? -1 : indexOfHeader(this.#list, plain);
      if (at === -1) this.#list.push(plain, value);
      else this.#list[at] = `${this.#list[at]}, ${value}`;
    }
  }

  set(name: string, value: string): void {
    const plain = this.#plain(name);
    if (plain === undefined || !isPlainValue(value)) this.#open().set(name, value);
    else {
      const at = indexOfHeader(this.#list, plain);
      if (at === -1) this.#list.push(plain, value);
      else {
        this.#list[at] = value;
        if (plain === "set-cookie") this.#remove(plain, at + 1);
      }
    }
  }

  delete(name: string): void {
    const plain = this.#plain(name);
    if (plain === undefined) this.#open().delete(name);
    else this.#remove(plain, 0);
  }

  get(name: string): string | null {
    const plain = this.#plain(name);
    if (plain === undefined || plain === "set-cookie") return this.#open().get(name);
    return this.#list[indexOfHeader(this.#list, plain)] ?? null;
  }

  has(name: string): boolean {
    const plain = this.#plain(name);
    return plain === undefined ? this.#open().has(name) : indexOfHeader(this.#list, plain) !== -1;
  }

  getSetCookie(): string[] {
    if (this.#native !== undefined) return this.#native.getSetCookie();
    return this.#list.filter((_, at) => at % 2 === 1 && this.#list[at - 1] === "set-cookie");
  }

  forEach(
    callback: (value: string, name: string, parent: NativeHeaders) => void,
    self?: unknown,
  ): void {
    this.#open().forEach((value, name) => {
      callback.call(self, value, name, this);
    });
  }

  entries(): ReturnType<NativeHeaders["entries"]> {
    return this.#open().entries();
  }

  keys(): ReturnType<NativeHeaders["keys"]> {
    return this.#open().keys();
  }

  values(): ReturnType<NativeHeaders["values"]> {
    return this.#open().values();
  }

  [Symbol.iterator](): ReturnType<NativeHeaders["entries"]> {
    return this.#open().entries();
  }

  #plain(name: string): string | undefined {
    return this.#native === undefined ? toPlainName(name) : undefined;
  }

  #remove(name: string, from: number): void {
    for (let at = this.#list.length - 2; at >= from; at -= 2) {
      if (this.#list[at] === name) this.#list.splice(at, 2);
    }
  }

  #open(): NativeHeaders {
    this.#native ??= toHeaders(this.#list);
    return this.#native;
  }

  static {
    const isOwn = (value: unknown): value is LightHeaders =>
      typeof value === "object" && value !== null && #list in value;
    inherit<LightHeaders>(LightHeaders, globalThis.Headers, { isOwn, open: (own) => own.#open() });
    const hidden = { configurable: true, writable: true, enumerable: false };
    Object.defineProperties(LightHeaders.prototype, {
      constructor: { ...hidden, value: globalThis.Headers },
      [Symbol.iterator]: { ...hidden, value: LightHeaders.prototype.entries },
      [inspect.custom]: {
        ...hidden,
        value(this: LightHeaders, depth: number, options: object): string {
          return inspect(this.#open(), { ...options, depth });
        },
      },
    });
    plainList = (headers) => {
      if (isOwn(headers) && headers.#native === undefined) return headers.#list;
      return undefined;
    };
  }
}
