// Public entry "./testing": endpoints and middleware without a port.
import type { FetchFacts } from "./incoming.ts";
import { createApp } from "./app.ts";
import type { BridgeOptions } from "./types.ts";

/** An app that answers `fetch()`. */
export interface TestApp {
  /**
   * Answers a request as a server without any other routes would.
   *
   * @param input A Request, a URL, or a path (`http://localhost` is put before it).
   * @param init As for `fetch()`.
   * @param facts What a host would know: `locals` and `clientAddress`.
   * @throws BridgeError when the app cannot start.
   */
  fetch(input: Request | URL | string, init?: RequestInit, facts?: FetchFacts): Promise<Response>;
  /** Resolves when routes and middleware are loaded. */
  ready(): Promise<void>;
  /** Ends the app. */
  close(): Promise<void>;
}

/**
 * Makes an app for tests, from a folder or from a map of endpoints.
 *
 * Of a folder the sources are tested, also where there is a build: that may be an old one. To test a build, name it.
 *
 * @param options As for every bridge; `build` is `false` by default, and a build that it names must be there.
 * @example
 * const app = createTestApp({ routes: { "hello.ts": { GET: () => new Response("hi") } } });
 * const response = await app.fetch("/hello");
 */
export function createTestApp(options: BridgeOptions = {}): TestApp {
  const build = options?.build ?? false;
  const app = createApp(options && { ...options, build }, { needsBuild: build !== false });
  return {
    async fetch(input, init, facts) {
      return app.fetch(toRequest(input, init), facts);
    },
    ready: () => app.ready(),
    close: () => app.close(),
  };
}

function toRequest(input: Request | URL | string, init?: RequestInit): Request {
  if (input instanceof Request) return new Request(input, init);
  const url = new URL(input, "http://localhost");
  // A stream as a body needs it; asking test authors to say it would only be noise.
  return new Request(url, init?.body ? ({ duplex: "half", ...init } as RequestInit) : init);
}
