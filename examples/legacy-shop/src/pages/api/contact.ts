import type { APIRoute } from "astro";
import { ShopError } from "../../../shop/errors.ts";

export const POST: APIRoute = async ({ request, cookies }) => {
  const form = await request.formData();
  if (!form.get("email") || !form.get("message")) {
    throw new ShopError(422, "incomplete", "email and message are needed.");
  }
  cookies.set("contacted", "yes", { path: "/", maxAge: 86_400, httpOnly: true, sameSite: "lax" });
  return Response.json({ received: true, from: form.get("email") }, { status: 202 });
};
