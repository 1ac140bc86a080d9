// The texts for prerendering and the build; errors.ts makes them part of its table.

export interface ErrorEntry {
  /** HTTP status the error asks for when it reaches a client (500). */
  status?: number;
  /** Astro's name for the same failure, where it has one. */
  name?: string;
  message(details: never): string;
  hint: string;
}

/** A detail that most sentences name. */
export interface File {
  file: string;
}

export const STATIC_ERRORS = {
  PRERENDER_NOT_STATIC: {
    message: (d: File) => `The export prerender of ${d.file} is not known before the file runs.`,
    hint: "Write the value out: export const prerender = true; or false.",
  },
  GET_STATIC_PATHS_REQUIRED: {
    name: "GetStaticPathsRequired",
    message: (d: File & { pattern: string }) =>
      `${d.file} is prerendered and its route ${d.pattern} has parameters, but it exports no function getStaticPaths.`,
    hint: "Export getStaticPaths, or let requests decide: export const prerender = false.",
  },
  GET_STATIC_PATHS_FAILED: {
    message: (d: File & { reason: string }) => `getStaticPaths of ${d.file} failed: ${d.reason}`,
    hint: "See `cause` for what it threw, or rejected with; paginate() takes an array.",
  },
  INVALID_GET_STATIC_PATHS_RETURN: {
    name: "InvalidGetStaticPathsReturn",
    message: (d: File & { actual: string }) =>
      `getStaticPaths of ${d.file} returned ${d.actual} instead of a list.`,
    hint: "Return a list of { params, props }.",
  },
  INVALID_GET_STATIC_PATHS_ENTRY: {
    name: "InvalidGetStaticPathsEntry",
    message: (d: File & { actual: string }) =>
      `An entry of getStaticPaths of ${d.file} is ${d.actual} instead of an object.`,
    hint: "Make each entry { params, props }; use flatMap() where an entry became a list.",
  },
  GET_STATIC_PATHS_EXPECTED_PARAMS: {
    name: "GetStaticPathsExpectedParams",
    message: (d: File) => `An entry of getStaticPaths of ${d.file} has no params.`,
    hint: 'Give each entry a params object that is not empty: { params: { slug: "a" } }.',
  },
  GET_STATIC_PATHS_INVALID_ROUTE_PARAM: {
    name: "GetStaticPathsInvalidRouteParam",
    message: (d: File & { actual: string; param: string }) =>
      `The param "${d.param}" of getStaticPaths of ${d.file} is ${d.actual} instead of a string.`,
    hint: "Convert the value: params: { id: String(id) }. Only a rest parameter may be undefined.",
  },
  MISSING_PARAM: {
    name: "TypeError",
    message: (d: File & { param: string; pattern: string }) =>
      `Missing parameter: ${d.file} needs "${d.param}" as one segment of ${d.pattern}.`,
    hint: "Give it a text without a slash, or make it a rest parameter: [...name].",
  },
  INVALID_PARAM_VALUE: {
    message: (d: File & { param: string; value: string }) =>
      `The param "${d.param}" of ${d.file} cannot stand in a URL as ${d.value}.`,
    hint: "Leave out backslashes, control characters, empty segments, and segments that are . or .. only.",
  },
  PAGE_NUMBER_PARAM_NOT_FOUND: {
    name: "PageNumberParamNotFound",
    message: (d: File) => `${d.file} calls paginate(), but its name has no [page] or [...page].`,
    hint: "Rename the file so that the number of the page has a place.",
  },
  PRERENDER_DYNAMIC_ENDPOINT_PATH_COLLIDE: {
    name: "PrerenderDynamicEndpointPathCollide",
    message: (d: File & { param: string; pattern: string }) =>
      `${d.file} is rendered without a value for "${d.param}", so that ${d.pattern} needs a file and a folder of one name.`,
    hint: "Give the parameter a value, or the file an extension: [...path].json.ts.",
  },
  PRERENDER_CLIENT_ADDRESS_NOT_AVAILABLE: {
    name: "PrerenderClientAddressNotAvailable",
    message: () => "A prerendered route has no client, and so no clientAddress.",
    hint: "Do not read it there, or render on request: export const prerender = false.",
  },
  PRERENDER_NO_GET: {
    message: (d: File & { exports: string }) =>
      `${d.file} is prerendered, but it has no export for GET (it exports ${d.exports}).`,
    hint: "Export GET, or let requests decide: export const prerender = false.",
  },
  PRERENDER_STATUS: {
    message: (d: File & { path: string; status: number }) =>
      `${d.path} of ${d.file} cannot be prerendered: its status is ${d.status}.`,
    hint: "Answer with 2xx or 3xx, or leave the path out of getStaticPaths.",
  },
  PRERENDER_FAILED: {
    message: (d: File & { path: string; reason: string }) =>
      `${d.path} of ${d.file} could not be prerendered: ${d.reason}`,
    hint: "See `cause` for the error of the endpoint or the middleware.",
  },
  REDIRECT_WITH_NO_LOCATION: {
    name: "RedirectWithNoLocation",
    message: (d: File & { path: string; status: number }) =>
      `${d.path} of ${d.file} answers ${d.status} without a Location.`,
    hint: "Return context.redirect(path), or set the header.",
  },
  VITE_NOT_FOUND: {
    message: (d: { root: string; found: string }) =>
      `The build needs Vite 8, and there is ${d.found} for ${d.root}.`,
    hint: "Install it for development: npm install --save-dev vite@8.",
  },
  BUILD_FAILED: {
    message: (d: { reason: string }) => `The pages could not be built. ${d.reason}`,
    hint: "Mend the file and build again; the build before this one is still in place.",
  },
  BUILD_UNUSABLE: {
    message: (d: { manifest: string; reason: string }) =>
      `The build ${d.manifest} cannot be used: ${d.reason}`,
    hint: "Build again with the installed version: npx starbridge build.",
  },
} satisfies Record<string, ErrorEntry>;
