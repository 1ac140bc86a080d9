import type { APIRoute } from "astro";
import { db } from "../../db.js";
import { greet } from "../../greeting.ts";

export const GET: APIRoute<"/visits/[shop]"> = ({ params }) =>
  Response.json({ text: greet("short", params.shop), visits: db.visit(), pools: db.pools });
