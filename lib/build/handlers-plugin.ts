// Refuses exports that are to be functions and are values written out: a build runs only what it prerenders, and the
// first request would be the one to tell.
import type { Plugin } from "vite";
import { describe } from "../describe.ts";
import { bridgeError } from "../errors.ts";
import { nameForPeople } from "../loader/pages.ts";
import type { Node, ParseSource } from "../loader/syntax-tree.ts";
import { isNode } from "../loader/syntax-tree.ts";

export interface HandlersFacts {
  readonly root: string;
  readonly parse: ParseSource;
  /** Absolute paths of the endpoint files. */
  readonly pages: Iterable<string>;
  readonly middleware: string | undefined;
  /** Keeps an error that the bundler would only quote. */
  onError(error: Error): void;
}

/** Others are names of methods as well, and of many a constant. */
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ALL"];

/** Cheaper than a tree for each of many files: what may be such a value. */
const MENTION = new RegExp(
  `\\bconst\\s+(?:onRequest|${METHODS.join("|")})\\b[^=]*=\\s*(?:["'\`[{\\d]|true\\b|false\\b)`,
);

export function handlersPlugin(facts: HandlersFacts): Plugin {
  const { root, parse, middleware, onError } = facts;
  const pages = new Set(facts.pages);
  return {
    name: "starbridge:handlers",
    enforce: "pre",
    transform(code, id) {
      const isMiddleware = id === middleware;
      if ((!isMiddleware && !pages.has(id)) || !MENTION.test(code)) return;
      const { program } = parse(id, code);
      for (const [name, actual] of constantsOf(program)) {
        const file = nameForPeople(root, id);
        let error: Error | undefined;
        if (isMiddleware && name === "onRequest")
          error = bridgeError("MIDDLEWARE_NOT_A_FUNCTION", { file, actual });
        else if (!isMiddleware && METHODS.includes(name))
          error = bridgeError("HANDLER_NOT_A_FUNCTION", { file, method: name, actual });
        if (error === undefined) continue;
        onError(error);
        throw new Error(error.message);
      }
    },
  };
}

/** Exported constants whose value is written out and no function: what it is, by name. */
function constantsOf(program: unknown): [name: string, actual: string][] {
  const { body } = program as { body: readonly Node[] };
  return body
    .filter(({ type }) => type === "ExportNamedDeclaration")
    .map((statement) => statement["declaration"])
    .filter((one) => isNode(one) && one.type === "VariableDeclaration" && one["kind"] === "const")
    .flatMap((one) => (one as Node)["declarations"] as Node[])
    .flatMap(({ id, init }) => {
      const actual = actualOf(init);
      return isNode(id) && actual !== undefined
        ? [[String(id["name"]), actual] as [string, string]]
        : [];
    });
}

function actualOf(init: unknown): string | undefined {
  if (!isNode(init)) return undefined;
  // `null` is no method in Astro, and none here.
  if (init.type === "Literal") return init["value"] === null ? undefined : describe(init["value"]);
  if (init.type === "TemplateLiteral") return "a string";
  if (init.type === "ArrayExpression") return "an array";
  return init.type === "ObjectExpression" ? "an object" : undefined;
}
