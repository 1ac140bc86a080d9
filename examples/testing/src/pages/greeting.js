/** @type {import("astro").APIRoute} */
export const GET = ({ locals, clientAddress }) =>
  Response.json({ hello: locals.customer, from: clientAddress });

/** @type {import("astro").APIRoute} */
export const POST = async ({ request, cookies, redirect }) => {
  const form = await request.formData();
  cookies.set("name", String(form.get("name")), { path: "/" });
  return redirect("/greeting", 303);
};
