/** @type {import("starbridge").APIRoute<"/items/[id]">} */
export const GET = ({ params }) => Response.json({ item: params.id });
