// Has Node link ES modules, and runs none of them: the first module of each graph throws, and linking comes before
// running. In a thread of its own, because what Node has loaded it never reads again.
import { parentPort, workerData } from "node:worker_threads";

/** Why a module does not link. */
export interface LinkFailure {
  readonly url: string;
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly stack: string;
}

const LINKED = "starbridge:linked";
const STOP = `data:text/javascript,throw ${JSON.stringify(LINKED)}`;

async function link(urls: readonly string[]): Promise<LinkFailure | undefined> {
  const text = [STOP, ...urls].map((url) => `import ${JSON.stringify(url)};`).join("");
  try {
    await import(`data:text/javascript,${encodeURIComponent(text)}`);
  } catch (error) {
    if (error === LINKED) return undefined;
    const { name, message, code, stack = "" } = error as NodeJS.ErrnoException;
    return { url: urls[0] ?? "", name, message, code, stack };
  }
  return undefined;
}

async function linkAll(urls: readonly string[]): Promise<LinkFailure[]> {
  // One after the other only where one is at fault.
  if ((await link(urls)) === undefined) return [];
  const failures: LinkFailure[] = [];
  for (const url of urls) {
    const failure = await link([url]);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

// Loaded outside of a thread, it has nothing to do.
const port = parentPort;
if (port !== null)
  void linkAll(workerData as string[]).then((failures) => port.postMessage(failures));
