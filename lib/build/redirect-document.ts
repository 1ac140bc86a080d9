// What the file of a prerendered redirect holds, for a server that knows nothing of its status.

/** @param status A 302 gives the reader two seconds, as Astro does. */
export function redirectDocument(location: string, status: number): string {
  const to = location.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  const delay = status === 302 ? 2 : 0;
  return [
    "<!doctype html>",
    `<title>Redirecting to: ${to}</title>`,
    `<meta http-equiv="refresh" content="${delay};url=${to}">`,
    '<meta name="robots" content="noindex">',
    `<link rel="canonical" href="${to}">`,
    `<body><a href="${to}">Redirecting to <code>${to}</code></a></body>`,
  ].join("");
}
