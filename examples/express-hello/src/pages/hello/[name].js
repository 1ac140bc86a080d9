/** @type {import("starbridge").APIRoute<"/hello/[name]">} */
export const GET = ({ params }) => Response.json({ hello: params.name });
