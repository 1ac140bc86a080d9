// context.cookies: Astro's API over the request's Cookie header, and the Set-Cookie headers to come.
import type { SerializeOptions, SetCookie } from "cookie";
import { parse, serialize } from "cookie";

/** Attributes of a cookie that is set; there are no defaults, not even for `path`. */
export interface AstroCookieSetOptions {
  domain?: string;
  path?: string;
  expires?: Date;
  /** Seconds. */
  maxAge?: number;
  httpOnly?: boolean;
  sameSite?: boolean | "lax" | "none" | "strict";
  secure?: boolean;
  partitioned?: boolean;
  /** Makes the value fit for a header (leaves plain values alone, else `encodeURIComponent`). */
  encode?(value: string): string;
}

/** Attributes that a deletion keeps. */
export type AstroCookieDeleteOptions = Omit<AstroCookieSetOptions, "expires" | "maxAge" | "encode">;

/** How a value is read. */
export interface AstroCookieGetOptions {
  /** Reads the raw value (`decodeURIComponent`); when it throws, the raw value is taken. */
  decode?(value: string): string;
}

/** The value of a cookie. */
export class AstroCookie {
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  /**
   * The value parsed as JSON.
   *
   * @throws SyntaxError when it is none.
   */
  // biome-ignore lint/suspicious/noExplicitAny: Astro's own type.
  json(): any {
    if (this.value === undefined) throw new Error("Cannot convert undefined to an object.");
    return JSON.parse(this.value);
  }

  /** The value as a number, possibly `NaN`. */
  number(): number {
    return Number(this.value);
  }

  /** `false` for `"false"`, `"0"` and the empty string, else `true`. */
  boolean(): boolean {
    return this.value !== "false" && this.value !== "0" && Boolean(this.value);
  }
}

/** A cookie that will be sent: `value` is `undefined` for a deletion. */
interface PendingCookie {
  readonly value: string | undefined;
  readonly header: string;
}

const DELETED = "deleted";
// What RFC 6265 section 4.1.1 lets stand in a value as it is.
const COOKIE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/;

/**
 * The headers of what is pending in a jar, names and values in turn, for an answer that is about to leave: a cookie set from
 * now on is too late, and says so.
 */
export let consumeCookies: (cookies: AstroCookies) => string[];

/** Reads the cookies of the request and collects those of the answer. */
export class AstroCookies {
  readonly #readHeader: () => string | null | undefined;
  readonly #warn: ((message: string) => void) | undefined;
  #requested: Record<string, string | undefined> | undefined;
  #pending: Map<string, PendingCookie> | undefined;
  #consumed = false;

  /**
   * @param readHeader Gives the request's Cookie header; asked once, on first use.
   * @param warn Told when a cookie comes too late to be sent.
   */
  constructor(readHeader: () => string | null | undefined, warn?: (message: string) => void) {
    this.#readHeader = readHeader;
    this.#warn = warn;
  }

  /**
   * Reads a cookie; one that was set during this request wins over the client's.
   *
   * @returns `undefined` when there is none, when it was deleted, or when the client's is empty.
   */
  get(key: string, options?: AstroCookieGetOptions): AstroCookie | undefined {
    const pending = this.#pending?.get(key);
    if (pending !== undefined) {
      return pending.value === undefined ? undefined : new AstroCookie(pending.value);
    }
    const raw = this.#request()[key];
    if (!raw) return undefined;
    return new AstroCookie(decodeOr(raw, options?.decode ?? decodeURIComponent));
  }

  /** Whether there is such a cookie, empty or not. */
  has(key: string): boolean {
    const pending = this.#pending?.get(key);
    if (pending !== undefined) return pending.value !== undefined;
    return this.#request()[key] !== undefined;
  }

  /**
   * Sets a cookie.
   *
   * @param value Text as it is; plain objects as JSON; everything else by its own `toString`.
   * @throws TypeError when the name or an attribute cannot stand in a header.
   */
  set(key: string, value: unknown, options?: AstroCookieSetOptions): void {
    if (this.#consumed) {
      this.#warn?.(`The cookie "${key}" was set after the answer had been sent; it is lost.`);
    }
    const text = toText(value);
    const given = options ?? {};
    // What an object has of its class is no option; nor is it where the cookie is deleted with the same object.
    const isSimple = Object.getPrototypeOf(given) === Object.prototype;
    const header = write(key, text, isSimple ? given : { ...given });
    this.#write(key, { value: text, header });
  }

  /**
   * Tells the client to forget a cookie.
   *
   * @param options Must name the `path` and `domain` that it was set with.
   */
  delete(key: string, options?: AstroCookieDeleteOptions): void {
    const { expires, maxAge, encode, ...attributes } = (options ?? {}) as AstroCookieSetOptions;
    const header = serialize(key, DELETED, {
      ...(attributes as SerializeOptions),
      expires: new Date(0),
    });
    this.#write(key, { value: undefined, header });
  }

  /** Takes over what is pending in another jar; its cookies win. */
  merge(cookies: AstroCookies): void {
    if (cookies.#pending === undefined) return;
    for (const [key, pending] of cookies.#pending) this.#write(key, pending);
  }

  /** The Set-Cookie values, in order of first setting. */
  *headers(): Generator<string, void, unknown> {
    if (this.#pending === undefined) return;
    for (const { header } of this.#pending.values()) yield header;
  }

  /** Like `headers()`; a cookie set from now on is too late, and says so. */
  consume(): Generator<string, void, unknown> {
    this.#consumed = true;
    return this.headers();
  }

  static {
    consumeCookies = (cookies) => {
      cookies.#consumed = true;
      const list: string[] = [];
      if (cookies.#pending === undefined) return list;
      for (const { header } of cookies.#pending.values()) list.push("set-cookie", header);
      return list;
    };
  }

  #write(key: string, pending: PendingCookie): void {
    this.#pending ??= new Map();
    this.#pending.set(key, pending);
  }

  #request(): Record<string, string | undefined> {
    // Raw values: each get() brings its own decoder.
    this.#requested ??= parse(this.#readHeader() ?? "", { decode: (value) => value });
    return this.#requested;
  }
}

/** Named one by one: to spread the options, here and in the library, takes 1 µs on Node 20. */
function write(name: string, value: string, options: AstroCookieSetOptions): string {
  const { domain, path, expires, maxAge, httpOnly, sameSite, secure, partitioned } = options;
  const { priority } = options as Pick<SetCookie, "priority">;
  const cookie = {
    name,
    value,
    domain,
    path,
    expires,
    maxAge,
    httpOnly,
    sameSite,
    secure,
    partitioned,
    priority,
  };
  const { encode } = options;
  return serialize(cookie as SetCookie, encode ? { encode } : PLAIN);
}

const PLAIN = { encode: encodeValue };

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  // null and undefined have no toString: a TypeError, as in Astro.
  const text = (value as { toString(): string }).toString();
  return text === Object.prototype.toString.call(value) ? JSON.stringify(value) : text;
}

function encodeValue(value: string): string {
  return COOKIE_OCTETS.test(value) ? value : encodeURIComponent(value);
}

function decodeOr(raw: string, decode: (value: string) => string): string {
  if (decode === decodeURIComponent && !raw.includes("%")) return raw;
  try {
    return decode(raw);
  } catch {
    return raw;
  }
}
