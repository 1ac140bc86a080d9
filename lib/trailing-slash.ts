// Where there is no host to ask, a path with a slash too many or too few is sent to its right spelling.

type Rule = "ignore" | "always" | "never";

/** Prefixes that are nobody's page: a redirect from them could leave the origin (`//host`, `/\host`). */
const INTERNAL = /^\/(?:[_@./\\]|%5c)/i;
const EXTENSION = /\.[^/.]+$/;

/** Whether a path begins as none does that is sent to another spelling. */
export function isInternal(pathname: string): boolean {
  return INTERNAL.test(pathname);
}

/**
 * The right spelling of a path, if it is another one.
 *
 * @param pathname As it came, without the mount path.
 */
export function slashRedirect(pathname: string, rule: Rule): string | undefined {
  if (pathname === "/" || pathname === "" || isInternal(pathname)) return undefined;
  const bare = withoutSlashes(pathname);
  const slashes = pathname.length - bare.length;
  if (slashes > 1) return rule === "never" ? bare : `${bare}/`;
  if (rule === "never" && slashes === 1) return bare;
  if (rule === "always" && slashes === 0 && !EXTENSION.test(bare)) return `${bare}/`;
  return undefined;
}

function withoutSlashes(pathname: string): string {
  let end = pathname.length;
  while (end > 0 && pathname[end - 1] === "/") end--;
  return pathname.slice(0, end);
}

/** The redirect itself: permanent, with the method kept for everything but GET. */
export function answerSlashRedirect(location: string, method: string): Response {
  const text = location.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  const body = `<!doctype html><title>Redirecting to: ${text}</title><a href="${text}">${text}</a>`;
  return new Response(method === "HEAD" ? null : body, {
    status: method === "GET" ? 301 : 308,
    headers: { location },
  });
}
