// A request as a prerendered endpoint sees it, in a build and before one: nothing of the client but method and path.
import { usualPath } from "./routes/path.ts";
import type { HostContext, Incoming } from "./types.ts";

const NO_HOST: HostContext = { kind: "fetch" };

/** The origin where the public address is not known, as Astro has it. */
export const NO_SITE = "http://localhost:4321";

/** Hides a request behind what a build would know of it. */
export class StaticIncoming implements Incoming {
  readonly mount = "";
  readonly search = "";
  readonly clientAddress = undefined;
  readonly host = NO_HOST;
  readonly origin: string;
  readonly #source: Incoming;
  readonly #warn: () => void;

  /**
   * @param site The public address, when it is known.
   * @param warn Called for each look at the headers.
   */
  constructor(source: Incoming, site: URL | undefined, warn: () => void) {
    this.#source = source;
    this.#warn = warn;
    this.origin = site?.origin ?? NO_SITE;
  }

  get method(): string {
    return this.#source.method;
  }

  /** As a build spells it, whichever encoding of its values the client has chosen. */
  get pathname(): string {
    return usualPath(this.#source.pathname);
  }

  get bodyTaken(): boolean {
    return this.#source.bodyTaken;
  }

  header(): undefined {
    this.#warn();
    return undefined;
  }

  toRequest(url: string): Request {
    const request = new Request(url, { method: this.method });
    const { headers } = request;
    Object.defineProperty(request, "headers", {
      get: () => {
        this.#warn();
        return headers;
      },
      configurable: true,
      enumerable: true,
    });
    return request;
  }
}
