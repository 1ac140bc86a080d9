// A Response that is what it was given until somebody looks closer. Node's own makes a stream of every body and an
// object of every header when it is constructed (8-17 µs for a line of JSON), and all of that has to be taken apart
// again to send it. Most answers are made, handed on, and sent.
import type { HeaderList } from "./header-list.ts";
import { indexOfHeader, listOf, toHeaderList, toHeaders } from "./header-list.ts";
import { LightHeaders, plainList } from "./headers.ts";
import { inherit, protect } from "./inherit.ts";
import type { PlainBody } from "./plain-body.ts";
import { isDisturbed, isFree, toPlainBody, typeOfBody } from "./plain-body.ts";

type NativeClass = typeof globalThis.Response;
const Native: NativeClass = globalThis.Response;
type NativeResponse = InstanceType<typeof Native>;

type Body = ConstructorParameters<typeof Native>[0];

// Before TypeScript 5.7 there was one kind of Uint8Array, and no bytes() in its own types.
type Bytes = NativeResponse extends { bytes(): Promise<infer Of> } ? Of : Uint8Array;

const NOTHING: ResponseInit = Object.freeze({});
const JSON_TYPE = "application/json";

/** What Fetch calls a null body status (Fetch section 2.2.3). */
const isBodiless = (status: number): boolean => status === 204 || status === 205 || status === 304;
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Whether a light Response is still what it was given: nobody has opened or used its body. One of a derived class is
 * not, for it may answer differently.
 */
export let isPlain: (value: unknown) => value is LightResponse;

/** The body of a plain one. */
export let plainBody: (response: LightResponse) => PlainBody;

/** The headers of a plain one, as they are now. */
export let plainHeaders: (response: LightResponse) => HeaderList;

/** A copy of a plain one, with headers more, names and values in turn; they share the body. */
export let copyPlain: (response: LightResponse, added?: HeaderList) => LightResponse;

/** One of the platform's own with other headers, names and values in turn; they share the body. */
export let withHeaders: (native: NativeResponse, headers: HeaderList) => LightResponse;

/** Marks the body of a plain one as used. */
export let takeBody: (response: LightResponse) => void;

let isLight: (value: unknown) => value is LightResponse;
let open: (response: LightResponse) => NativeResponse;

/** Light: see `Response`, the name that users have for it. */
export class LightResponse implements NativeResponse {
  #status = 200;
  #statusText = "";
  #list: HeaderList | undefined;
  #headers: Headers | undefined;
  #body: PlainBody = null;
  #isUsed = false;
  /** The platform's own, once it is needed: for an unusual argument, or for the body as a stream. */
  #native: NativeResponse | undefined;

  constructor(body: Body = null, init: ResponseInit = NOTHING) {
    protect?.(this);
    if (body === null && init === NOTHING) this.#list = [];
    else if (!this.#take(body, init)) this.#native = new Native(body, init);
  }

  static json(data: unknown, init: ResponseInit = NOTHING): NativeResponse {
    const text: string | undefined = JSON.stringify(data);
    const response = new LightResponse(null, init);
    const isPlain = text !== undefined && response.#native === undefined;
    if (!isPlain || isBodiless(response.#status)) return Native.json(data, init);
    response.#body = text;
    response.#setType(JSON_TYPE);
    return response;
  }

  /** All Responses are of this class, whoever made them; those of a class derived from it are told as usual. */
  static [Symbol.hasInstance](value: unknown): boolean {
    if (this === LightResponse) return value instanceof Native;
    return Function.prototype[Symbol.hasInstance].call(this, value);
  }

  get type(): NativeResponse["type"] {
    return this.#native === undefined ? "default" : this.#native.type;
  }

  get url(): string {
    return this.#native === undefined ? "" : this.#native.url;
  }

  get redirected(): boolean {
    return this.#native === undefined ? false : this.#native.redirected;
  }

  get status(): number {
    return this.#native === undefined ? this.#status : this.#native.status;
  }

  get ok(): boolean {
    const status = this.#native === undefined ? this.#status : this.#native.status;
    return status >= 200 && status <= 299;
  }

  get statusText(): string {
    return this.#native === undefined ? this.#statusText : this.#native.statusText;
  }

  get headers(): Headers {
    if (this.#headers === undefined) {
      this.#headers = this.#native?.headers ?? new LightHeaders(this.#list ?? []);
    }
    return this.#headers;
  }

  get body(): NativeResponse["body"] {
    if (this.#native === undefined && this.#body === null) return null;
    return this.#open().body;
  }

  get bodyUsed(): boolean {
    if (this.#native !== undefined) return this.#native.bodyUsed;
    return this.#isUsed || (this.#body instanceof ReadableStream && isDisturbed(this.#body));
  }

  clone(): NativeResponse {
    if (this.#native === undefined && !this.#isUsed && !(this.#body instanceof ReadableStream)) {
      const copy = new LightResponse(null, this.#init());
      copy.#body = this.#body;
      return copy;
    }
    const copy = this.#open().clone();
    const { headers } = this.#open();
    if (this.#headers === undefined || this.#headers === headers) return copy;
    return new Native(copy.body, this.#init());
  }

  async text(): Promise<string> {
    const body = this.#body;
    if (typeof body !== "string" || this.#native !== undefined || this.#isUsed) {
      return this.#open().text();
    }
    this.#isUsed = true;
    // What UTF-8 makes of it on the way out and back.
    const text = Buffer.from(body).toString();
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the platform's own type.
  async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#open().arrayBuffer();
  }

  async blob(): Promise<Blob> {
    return this.#typed().blob();
  }

  async bytes(): Promise<Bytes> {
    return new Uint8Array(await this.#open().arrayBuffer());
  }

  async formData(): Promise<FormData> {
    return this.#typed().formData();
  }

  /** Takes plain arguments as they are; says no to all others, for the platform to convert or to refuse. */
  #take(body: unknown, init: unknown): boolean {
    if (typeof init !== "object" || init === null) return false;
    const { headers, status = 200, statusText = "" } = init as ResponseInit;
    if (typeof status !== "number" || !(status >= 200 && status <= 599) || status % 1 !== 0) {
      return false;
    }
    if (typeof statusText !== "string" || !REASON.test(statusText)) return false;
    if (body !== null && body !== undefined && isBodiless(status)) return false;
    let list: HeaderList | undefined;
    if (headers === undefined) list = [];
    else if (typeof headers !== "object" || headers === null) return false;
    else if (headers instanceof Headers) list = plainList(headers)?.slice() ?? listOf(headers);
    else {
      list = toHeaderList(headers);
      if (list === undefined) return false;
    }
    this.#list = list;
    const plain = toPlainBody(body);
    if (plain === undefined) {
      this.#list = undefined;
      return false;
    }
    this.#body = plain;
    this.#setType(typeOfBody(body));
    this.#status = status;
    this.#statusText = statusText;
    return true;
  }

  #setType(type: string | undefined): void {
    if (type === undefined || this.#list === undefined) return;
    if (indexOfHeader(this.#list, "content-type") === -1) {
      this.#list.push("content-type", type);
    }
  }

  #init(): ResponseInit {
    const { status, statusText } = this;
    return { status, statusText, headers: this.headers };
  }

  /** From now on the platform's own Response has the body. */
  #open(): NativeResponse {
    if (this.#native !== undefined) return this.#native;
    const headers = this.#headers ?? toHeaders(this.#list as HeaderList);
    const native = new Native(this.#body as Body, {
      status: this.#status,
      statusText: this.#statusText,
      headers,
    });
    // The one way to have a body that was read.
    if (this.#isUsed) void native.arrayBuffer();
    this.#native = native;
    return native;
  }

  /** Opened, for what depends on the type that the headers name now. */
  #typed(): NativeResponse {
    const native = this.#open();
    if (this.#headers === undefined || this.#headers === native.headers) return native;
    const type = this.#headers.get("content-type");
    if (type === native.headers.get("content-type")) return native;
    // Not into its headers: they may be immutable, or everybody's.
    return new Native(native.body, { headers: type === null ? [] : [["content-type", type]] });
  }

  static {
    isPlain = (value): value is LightResponse => {
      if (!isLight(value) || value.#native !== undefined || value.#isUsed) return false;
      if (Object.getPrototypeOf(value) !== LightResponse.prototype) return false;
      return isFree(value.#body);
    };
    plainBody = (response) => response.#body;
    plainHeaders = (response) => {
      const headers = response.#headers;
      return headers === undefined
        ? (response.#list ?? [])
        : (plainList(headers) ?? listOf(headers));
    };
    copyPlain = (response, added) => {
      const copy = new LightResponse(null);
      copy.#status = response.#status;
      copy.#statusText = response.#statusText;
      copy.#body = response.#body;
      const list = plainHeaders(response);
      copy.#list = added === undefined ? list.slice() : [...list, ...added];
      return copy;
    };
    withHeaders = (native, headers) => {
      const copy = new LightResponse(null);
      copy.#native = native;
      copy.#headers = new LightHeaders(headers);
      return copy;
    };
    takeBody = (response) => {
      response.#isUsed = response.#body !== null;
    };
    isLight = (value): value is LightResponse =>
      typeof value === "object" && value !== null && #isUsed in value;
    open = (response) => response.#open();
  }
}

inherit<LightResponse>(LightResponse, Native, { isOwn: isLight, open });

/**
 * A `Response` for endpoints and middleware that costs little to make and to send: `instanceof` the platform's own
 * and in everything like it, except that bytes beyond 64 KiB are not copied: they must not be changed before they
 * are sent.
 */
export const Response: typeof globalThis.Response =
  LightResponse as unknown as typeof globalThis.Response;
