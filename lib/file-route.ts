// The route of an endpoint file. What is in it is made when somebody asks: of the thousands that a build may name, a host
// is asked for few at first.
import type { PageFile } from "./loader/pages.ts";
import type { Page } from "./page.ts";
import type { KnownSegments } from "./routes/parse.ts";
import { parsePattern, patternOfFile } from "./routes/parse.ts";
import type { Route, RoutePattern } from "./routes/route.ts";

/** What is the same for all files of one reading. */
export interface FileRouteRules {
  readonly known: KnownSegments;
  /** A build has read the names already: nothing is wrong with them. */
  readonly isTold: boolean;
  createPage(file: PageFile, route: RoutePattern): Page;
}

export class FileRoute implements Route<Page> {
  readonly pattern: string;
  readonly #file: PageFile;
  readonly #rules: FileRouteRules;
  #parsed: RoutePattern | undefined;
  #target: Page | undefined;

  /** @throws BridgeError `STARBRIDGE_INVALID_ROUTE` */
  constructor(file: PageFile, rules: FileRouteRules) {
    this.#file = file;
    this.#rules = rules;
    this.pattern = patternOfFile(file.file);
    if (!rules.isTold) this.#parse();
  }

  get source(): string {
    return this.#file.source;
  }

  get segments(): RoutePattern["segments"] {
    return this.#parse().segments;
  }

  get params(): RoutePattern["params"] {
    return this.#parse().params;
  }

  get hasExtension(): boolean {
    return this.#parse().hasExtension;
  }

  get target(): Page {
    this.#target ??= this.#rules.createPage(this.#file, this);
    return this.#target;
  }

  #parse(): RoutePattern {
    this.#parsed ??= parsePattern(this.pattern, this.#file.file, this.#rules.known);
    return this.#parsed;
  }
}
