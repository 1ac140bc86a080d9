import { notFound, ShopError } from "./errors.ts";

interface Upload {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** Most bytes of one file. */
export const uploadLimit = 256 * 1024;

const uploads = new Map<string, Upload>();

export function saveUpload(name: string | undefined, bytes: Uint8Array | undefined) {
  if (!name || !bytes)
    throw new ShopError(422, "no_file", 'A file is needed, in the field "file".');
  const id = String(uploads.size + 1);
  uploads.set(id, { name, bytes: Uint8Array.from(bytes) });
  return { id, name, bytes: bytes.length, href: `/api/uploads/${id}` };
}

export function getUpload(id: string): Upload {
  const upload = uploads.get(id);
  if (!upload) throw notFound();
  return upload;
}
