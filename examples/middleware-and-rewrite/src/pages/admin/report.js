/** @type {import("astro").APIRoute} */
export const GET = ({ locals }) => new Response(`A report for ${locals.visitor}.\n`);
