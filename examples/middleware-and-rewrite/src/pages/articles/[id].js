// An URL of old: the item answers, after the whole chain has run again for it.
/** @type {import("starbridge").APIRoute<"/articles/[id]">} */
export const GET = ({ params, rewrite }) => rewrite(`/items/${params.id}`);
