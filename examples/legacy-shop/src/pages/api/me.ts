import type { APIRoute } from "astro";
import { loginRequired } from "../../../shop/errors.ts";

export const GET: APIRoute = ({ locals }) => {
  if (!locals.user) throw loginRequired();
  return Response.json(locals.user);
};
