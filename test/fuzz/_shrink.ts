// Makes a failing request small. A request is text, so it is shrunk as text: pieces are cut out of the target, header
// lines dropped, the rest made plain, and each try is sent to the very hosts that failed.
import type { WireRequest } from "./_request.ts";

/** What one shrinking may cost: requests, and milliseconds, for those that hang. */
const MOST = 400;
const LONGEST = 20_000;

/**
 * The smallest request found that still fails.
 *
 * @param fails Sends a request, and says whether it shows the same finding.
 */
export async function shrink(
  request: WireRequest,
  fails: (request: WireRequest) => Promise<boolean>,
): Promise<WireRequest> {
  let best = request;
  let tries = 0;
  const end = Date.now() + LONGEST;
  const attempt = async (candidate: WireRequest): Promise<boolean> => {
    if (JSON.stringify(candidate) === JSON.stringify(best)) return false;
    if (tries++ >= MOST || Date.now() > end) return false;
    if (!(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  await attempt({ ...best, method: "GET", version: "1.1", headers: ["Host: h.test"], body: "" });
  await attempt({ ...best, version: "1.1", headers: ["Host: h.test"] });
  await attempt({
    ...best,
    headers: best.headers.filter((line) => !/^(?:content|transfer)-/i.test(line)),
    body: "",
  });
  await attempt({ ...best, method: "GET" });
  for (const line of best.headers) {
    await attempt({ ...best, headers: best.headers.filter((other) => other !== line) });
  }
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (let size = Math.max(1, best.target.length >> 1); size >= 1; size >>= 1) {
      for (let at = 0; at + size <= best.target.length; ) {
        const target = best.target.slice(0, at) + best.target.slice(at + size);
        if (await attempt({ ...best, target })) isSmaller = true;
        else at += size;
      }
    }
  }
  return best;
}
