/** @type {import("starbridge").APIRoute} */
export const POST = ({ host }) => {
  const file = host.kind === "express" ? host.req.file : undefined;
  if (!file) return new Response("A photo, please.\n", { status: 422 });
  return Response.json({ name: file.originalname, bytes: file.size }, { status: 201 });
};

/**
 * cors() answers a preflight itself; this export says that OPTIONS is ours.
 *
 * @type {import("starbridge").APIRoute}
 */
export const OPTIONS = () => new Response(null, { status: 204 });
