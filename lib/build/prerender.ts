// Prerendered routes → answers: every path once through the chain and its endpoint, as a request that nobody made.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { STATUS_CODES } from "node:http";
import { dirname, join } from "node:path";
import { lookup } from "mime-types";
import type { App } from "../app.ts";
import { BridgeError, bridgeError } from "../errors.ts";
import { fromRequest } from "../incoming.ts";
import type { Logger } from "../log.ts";
import type { Page } from "../page.ts";
import { toBytes } from "../read-ahead.ts";
import { NO_SITE } from "../static-incoming.ts";
import { isPass } from "../pass.ts";
import { toError } from "../thrown.ts";
import { BodyNames } from "./body-names.ts";
import { compressedForms } from "./encodings.ts";
import type { ManifestAnswer } from "./manifest.ts";
import type { Pending } from "./pending.ts";
import { redirectDocument } from "./redirect-document.ts";

/** What is rendered, and where to. */
export interface PrerenderOptions {
  readonly app: App;
  /** Folder of the build; bodies go into `client/`. */
  readonly folder: string;
  readonly logger: Logger;
  readonly pending: Pending;
  /** Called for each path that was rendered. */
  onPath(done: number, total: number, path: string): void;
}

type Match = NonNullable<ReturnType<App["match"]>>;

/** One path to render. */
interface Job {
  readonly page: Page;
  readonly match: Match;
  readonly path: string;
  /** As a request would spell it: with a slash at the end where the options ask for one. */
  readonly pathname: string;
}

// Endpoints wait for databases and disks; more at a time would only queue there.
const AT_ONCE = 4;

/** What an answer is about is not how it travels. Cookies are one client's, and these are everybody's. */
const NOT_KEPT = new Set([
  "connection",
  "content-length",
  "date",
  "etag",
  "keep-alive",
  "last-modified",
  "set-cookie",
  "transfer-encoding",
]);

/** What says of a body how it is to be read. */
const OF_BODIES = new Set(["content-encoding", "content-language", "content-type"]);

/**
 * Renders all prerendered routes.
 *
 * @throws BridgeError for the first path that cannot be kept, with its file and status.
 */
export async function prerender(options: PrerenderOptions): Promise<ManifestAnswer[]> {
  const { app, pending } = options;
  const jobs = await listJobs(options);
  const names = new BodyNames();
  for (const { path } of jobs) names.reserve(path);
  const answers: ManifestAnswer[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) {
      const job = jobs[at] as Job;
      const activity = `rendering ${job.path || "/"} of ${job.page.source}`;
      answers[at] = await pending.during(activity, async () =>
        keep(await render(app, job), job, names, options),
      );
      done++;
      options.onPath(done, jobs.length, job.path || "/");
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    next = jobs.length;
  }
  return answers;
}

/** The paths of all prerendered routes, each only for the route that would answer it. */
async function listJobs({ app, logger, pending }: PrerenderOptions): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const route of app.routes) {
    const { target } = route;
    if (target.kind !== "page" || !target.isPrerendered) continue;
    await pending.during(`loading ${target.source}`, () => target.load());
    if (!target.answers("GET")) {
      const exports = [...(target.exports ?? [])].join(", ") || "nothing";
      throw bridgeError("PRERENDER_NO_GET", { file: target.source, exports });
    }
    for (const path of await listPaths(target, pending)) {
      const needsSlash = app.config.trailingSlash === "always" && !route.hasExtension;
      const pathname = path === "" ? "/" : needsSlash ? `${path}/` : path;
      const winner = await app.settle("GET", pathname);
      if (winner?.route === route) jobs.push({ page: target, match: winner, path, pathname });
      else {
        const other = winner === undefined ? "no route" : winner.route.source;
        logger.warn(
          `${pathname} of ${target.source} is not prerendered: ${other} answers that path.`,
        );
      }
    }
  }
  return jobs;
}

async function listPaths(page: Page, pending: Pending): Promise<Iterable<string>> {
  const activity = `asking getStaticPaths of ${page.source}`;
  try {
    return (await pending.during(activity, () => page.staticPaths())).keys();
  } catch (error) {
    if (error instanceof BridgeError) throw error;
    const details = { file: page.source, reason: sentenceOf(error) };
    throw bridgeError("GET_STATIC_PATHS_FAILED", details, { cause: error });
  }
}

async function render(app: App, { page, match, path, pathname }: Job): Promise<Response> {
  const details = { file: page.source, path: path || "/" };
  const url = new URL(pathname, app.config.site?.origin ?? NO_SITE);
  let response: Response;
  try {
    response = await app.handle(fromRequest(new Request(url)), match);
  } catch (error) {
    const reason = sentenceOf(error);
    throw bridgeError("PRERENDER_FAILED", { ...details, reason }, { cause: error });
  }
  if (isPass(response)) {
    const reason = "it steps aside with context.pass(), and a build has no host.";
    throw bridgeError("PRERENDER_FAILED", { ...details, reason });
  }
  const { status } = response;
  // The error files answer with their own status, and are kept with it.
  const errorStatus = /(?:^|\/)(404|500)\.[jt]s$/.exec(page.file)?.[1];
  // 304 is for who has the answer already: nobody can, ahead of requests.
  const isFine =
    (status >= 200 && status < 400 && status !== 304) || errorStatus === String(status);
  if (!isFine) throw bridgeError("PRERENDER_STATUS", { ...details, status });
  if (isRedirect(status) && !response.headers.has("location")) {
    throw bridgeError("REDIRECT_WITH_NO_LOCATION", { ...details, status });
  }
  return response;
}

function sentenceOf(thrown: unknown): string {
  const error = toError(thrown);
  if (error instanceof BridgeError) return error.message;
  return `${error.name}: ${error.message}`.replace(/[^.!?]$/, "$&.");
}

/** Writes the body and remembers the rest. */
async function keep(
  response: Response,
  job: Job,
  names: BodyNames,
  { app, folder, logger }: PrerenderOptions,
): Promise<ManifestAnswer> {
  const { page, path } = job;
  const { status } = response;
  const shown = path || "/";
  if (response.headers.has("set-cookie")) {
    logger.warn(`${shown} of ${page.source} sets cookies: they are left out, it is prerendered.`);
  }
  const body = await bodyOf(response, job, app.config.site);
  const headers = [...response.headers].filter(([name]) => !NOT_KEPT.has(name));
  const answer = {
    path,
    route: page.file,
    status,
    statusText:
      response.statusText === STATUS_CODES[status] ? undefined : response.statusText || undefined,
    headers,
    etag: response.headers.get("etag") ?? etagOf(body),
    size: body?.byteLength ?? 0,
    lastModified: httpDate(response.headers.get("last-modified")),
  };
  if (body === undefined) {
    logger.info(`${shown} of ${page.source} has an empty body: no file is written.`);
    return { ...answer, file: undefined };
  }
  const { name, isOwn } = names.nameFor(path);
  if (!isOwn) {
    logger.warn(
      `The body of ${shown} (${page.source}) is kept as client/${name}: its own name is that of another file or folder.`,
    );
  }
  const file = join(folder, "client", name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, body);
  if (isRedirect(status)) describeDocument(headers);
  else if (!response.headers.has("content-type")) {
    // Of the path, and not of the name that it is kept under.
    const type = lookup(path);
    if (type) headers.push(["content-type", type]);
  }
  const type = headers.find(([key]) => key === "content-type")?.[1] ?? null;
  if (app.config.precompressed && !response.headers.has("content-encoding")) {
    const forms = await compressedForms(body, type);
    for (const [ending, bytes] of forms) {
      if (names.take(name + ending)) await writeFile(file + ending, bytes);
    }
  }
  return { ...answer, file: `client/${name}` };
}

async function bodyOf(
  response: Response,
  { page, path }: Job,
  site: URL | undefined,
): Promise<Uint8Array | undefined> {
  const { status } = response;
  if (isRedirect(status)) {
    const location = response.headers.get("location") ?? "";
    return Buffer.from(redirectDocument(location, status, site));
  }
  if (response.body === null) return undefined;
  try {
    return await bytesOf(response.body);
  } catch (error) {
    const reason = `its body failed: ${sentenceOf(error)}`;
    const details = { file: page.source, path: path || "/", reason };
    throw bridgeError("PRERENDER_FAILED", details, { cause: error });
  }
}

/** All of a body, its chunks taken as they are when it is sent. */
async function bytesOf(body: ReadableStream<unknown>): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      chunks.push(toBytes(value));
    }
  } catch (error) {
    // What makes it is to stop; that it has failed was told.
    reader.cancel(error).catch(() => {});
    throw error;
  }
}

function isRedirect(status: number): boolean {
  return status >= 300 && status < 400;
}

/** The headers of the document that stands for a redirect, whatever its endpoint said of a body of its own. */
function describeDocument(headers: [string, string][]): void {
  const others = headers.filter(([name]) => !OF_BODIES.has(name));
  headers.splice(0, headers.length, ...others, ["content-type", "text/html; charset=utf-8"]);
}

/** Strong: it names these bytes and no others (RFC 9110 section 8.8.1). */
function etagOf(body: Uint8Array | undefined): string {
  const hash = createHash("sha256").update(body ?? "");
  return `"${hash.digest("base64url").slice(0, 27)}"`;
}

function httpDate(given: string | null): string {
  const date = given === null ? new Date() : new Date(given);
  return (Number.isNaN(date.getTime()) ? new Date() : date).toUTCString();
}
