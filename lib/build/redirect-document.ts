// What the file of a prerendered redirect holds, for a server that knows nothing of its status.

/**
 * @param status A 302 gives the reader two seconds, as Astro does.
 * @param site What the canonical address is relative to.
 */
export function redirectDocument(location: string, status: number, site?: URL): string {
  const to = escaped(location);
  const base = site?.href;
  const isKnown = base !== undefined && URL.canParse(location, base);
  const canonical = isKnown ? escaped(new URL(location, base).href) : to;
  const delay = status === 302 ? 2 : 0;
  return [
    "<!doctype html>",
    `<title>Redirecting to: ${to}</title>`,
    `<meta http-equiv="refresh" content="${delay};url=${to}">`,
    '<meta name="robots" content="noindex">',
    `<link rel="canonical" href="${canonical}">`,
    `<body><a href="${to}">Redirecting to <code>${to}</code></a></body>`,
  ].join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
