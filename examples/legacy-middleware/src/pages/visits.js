/** @type {import("astro").APIRoute} */
export const POST = ({ locals }) => {
  const visits = locals.visits ?? {};
  visits.count = (visits.count ?? 0) + 1;
  return Response.json({ count: visits.count });
};
