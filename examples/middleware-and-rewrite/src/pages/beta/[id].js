/** @type {import("starbridge").APIRoute<"/beta/[id]">} */
export const GET = ({ params, originPathname }) =>
  Response.json({ item: params.id, beta: true, askedFor: originPathname });
