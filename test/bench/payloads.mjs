// What is sent and answered: the same bytes for every contender. Pages hold their own copy, see pages.mjs.

export const MEGABYTE = 1024 * 1024;
export const PART = 64 * 1024;
export const CHUNKS = 500;
export const CHUNK = "one of many chunks\n";

/** The small answer. Made anew for every request, as an endpoint would. */
export const hello = () => ({ message: "hello", id: 7, ok: true });

/** About this many bytes of JSON, in the shape of rows of a table. */
export function jsonOf(bytes) {
  const rows = [];
  for (let size = 2; size < bytes; ) {
    const at = rows.length;
    const row = { id: at, name: `name of row ${at}`, price: at * 1.5, tags: ["a", "b"], on: true };
    size += JSON.stringify(row).length + 1;
    rows.push(row);
  }
  return JSON.stringify(rows);
}

/** The path of a route of the many, with two params. */
export const sectionPath = (section, user, post) => `/section-${section}/${user}/posts/${post}`;

/** The route that is asked for among many: the one in the middle, unless said otherwise. */
export function targetOf(routes) {
  const place = process.env.BENCH_TARGET ?? "middle";
  if (place === "first") return 0;
  return place === "last" ? routes - 1 : Math.floor(routes / 2);
}
