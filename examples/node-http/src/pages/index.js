/** @type {import("astro").APIRoute} */
export const GET = ({ url }) => new Response(`Hello from ${url.pathname}\n`);

/** @type {import("astro").APIRoute} */
export const POST = async ({ request }) => new Response((await request.text()).toUpperCase());
