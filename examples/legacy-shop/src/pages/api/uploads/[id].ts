import type { APIRoute } from "starbridge";
import { getUpload } from "../../../../shop/uploads.ts";

export const GET: APIRoute<"/api/uploads/[id]"> = ({ params }) => {
  const { name, bytes } = getUpload(params.id);
  return new Response(bytes, {
    headers: {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      "x-content-type-options": "nosniff",
    },
  });
};
