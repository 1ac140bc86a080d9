/** @type {import("astro").APIRoute} */
export const GET = () => new Response("compression() makes this small. ".repeat(200));
