// The texts for what is wrong at start; errors.ts makes them part of its table.
import type { ErrorEntry, File } from "./static-errors.ts";

export interface Option {
  option: string;
}

/** The build that a process could have used. */
export interface BuildState {
  /** For people. */
  readonly folder: string;
  readonly isThere: boolean;
}

function aboutBuild({ folder, isThere }: Partial<BuildState>): string {
  if (folder === undefined) return "";
  return isThere
    ? ` The build in ${folder} is not used in development: set NODE_ENV=production, or dev: false.`
    : ` There is no build in ${folder}, either.`;
}

export const START_ERRORS = {
  UNKNOWN_OPTION: {
    message: (d: Option & { nearest?: string; known: string }) =>
      `There is no option "${d.option}"${d.nearest ? `; did you mean "${d.nearest}"?` : "."} Known options: ${d.known}.`,
    hint: "Remove the option or correct its spelling.",
  },
  INVALID_OPTION: {
    message: (d: Option & { expected: string; actual: string }) =>
      `The option "${d.option}" must be ${d.expected}, but it is ${d.actual}.`,
    hint: "Correct the value where the bridge is created, or in the config file that is named.",
  },
  CONFIG_FILE_INVALID: {
    message: (d: File & { reason: string }) =>
      `The config file ${d.file} cannot be used: ${d.reason}`,
    hint: 'Export the options: export default defineConfig({ … }), in a file that ends in .mts or .mjs where package.json says "type": "commonjs" and Vite is not installed. Node keeps a file that has failed until the process restarts.',
  },
  CONFIG_FILE_AMBIGUOUS: {
    message: (d: { folder: string; files: string }) =>
      `There is more than one config file in ${d.folder}: ${d.files}.`,
    hint: "Keep one of them; on the command line, --config names one.",
  },
  ROOT_NOT_FOUND: {
    message: (d: { root: string; isFile?: boolean }) =>
      d.isFile
        ? `The root ${d.root} is a file, not a folder.`
        : `The root folder ${d.root} does not exist.`,
    hint: "Set `root` to the folder that holds src/, for instance import.meta.dirname.",
  },
  PAGES_NOT_FOUND: {
    message: (d: { pages: string; isFile?: boolean } & Partial<BuildState>) =>
      d.isFile
        ? `${d.pages} is a file, where the folder of endpoint files should be.`
        : `The folder of endpoint files ${d.pages} does not exist.${aboutBuild(d)}`,
    hint: "Create the folder, or set `root` to the folder that holds src/pages, or set `pages`.",
  },
  INVALID_ROUTE: {
    name: "InvalidRoute",
    message: (d: { route: string; reason: string }) => `Invalid route ${d.route}: ${d.reason}`,
    hint: "Rename the file: [name] or [...name] with letters, digits, _ and $, parameters apart by text.",
  },
  INVALID_REDIRECT_DESTINATION: {
    name: "InvalidRedirectDestination",
    message: (d: { from: string; to: string; missing: string }) =>
      `The redirect from "${d.from}" to "${d.to}" needs the parameter "${d.missing}", which its source does not have.`,
    hint: "Use the same parameter names in both, or redirect to a path without parameters.",
  },
  UNSUPPORTED_EXTERNAL_REDIRECT: {
    name: "UnsupportedExternalRedirect",
    message: (d: { from: string; to: string }) =>
      `The redirect from "${d.from}" goes to "${d.to}", which is neither http nor https.`,
    hint: "Redirect to a path, or to a URL that starts with http:// or https://.",
  },
  ROUTE_CONFLICT: {
    message: (d: { method: string; url: string; file: string; other: string }) =>
      `${d.method} ${d.url} is answered by ${d.file} and also by ${d.other}.`,
    hint: 'Remove one of the two, or say who answers: onConflict: "pages" or "legacy".',
  },
  TYPESCRIPT_UNSUPPORTED: {
    message: (d: File & Partial<BuildState>) =>
      `${d.file} is TypeScript, and this process does not run TypeScript.${aboutBuild(d)}`,
    hint: "Start the host through a loader (node --import tsx), or use a Node that strips types (22.18 or newer), or build the pages, npx starbridge build, and run them with NODE_ENV=production.",
  },
  DECORATORS_NOT_COMPILED: {
    message: (d: File) =>
      `${d.file} has a decorator, and nobody compiles decorators of the standard.`,
    hint: 'Set "experimentalDecorators": true in tsconfig.json, or do without them: neither Node nor Vite runs the others.',
  },
  MIDDLEWARE_NOT_FOUND: {
    message: (d: File) => `The middleware module ${d.file} does not exist.`,
    hint: "Correct the `middleware` option, or leave it out: src/middleware is optional.",
  },
  MIDDLEWARE_NO_ON_REQUEST: {
    message: (d: File & { exports: string }) =>
      `${d.file} has no export named onRequest (it exports ${d.exports}).`,
    hint: "Export the middleware by name: export const onRequest = defineMiddleware(…).",
  },
  MIDDLEWARE_NOT_A_FUNCTION: {
    message: (d: File & { actual: string }) =>
      `onRequest of ${d.file} is ${d.actual}, not a function.`,
    hint: "Export a function: export const onRequest = (context, next) => next().",
  },
  MODULE_FAILED: {
    message: (d: File & { reason: string }) => `${d.file} could not be loaded: ${d.reason}`,
    hint: 'See `cause`; without hot reload Node keeps a failed module until the process restarts. Where package.json says "type": "commonjs", files with import statements need a package.json of their own with "type": "module", for instance in src.',
  },
  ASTRO_MODULE_UNSUPPORTED: {
    message: (d: File & { module: string }) =>
      `${d.file} imports "${d.module}", or a module that it imports does, and Starbridge has no such module.`,
    hint: "Provided are astro:middleware, astro/middleware and the types of astro. Import the rest from a module of your own.",
  },
  ASTRO_MODULE_IN_BUNDLE: {
    message: (d: File) =>
      `${d.file} imports a module of Astro's, or a module that it imports does, and Starbridge has none to give from inside a bundle.`,
    hint: "Bundle the pages as well and hand them over as `routes`, or leave the package `starbridge` external.",
  },
  CLOSED: {
    status: 503,
    message: () => "The bridge was closed.",
    hint: "Close the bridge after the server has stopped taking requests.",
  },
} satisfies Record<string, ErrorEntry>;
