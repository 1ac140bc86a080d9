// A piece of a file as the body of a Response.
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";

/** Up to here a body is read at once, and goes out in one write with its head. */
const SMALL = 64 * 1024;

// What is asked for often is not read again: a build never changes in its folder, and opening, reading and closing a file
// cost more than the rest of the answer. The whole of all apps together; what was not asked for longest goes first.
const MOST_KEPT = 4 * 1024 * 1024;
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
let keptBytes = 0;

/**
 * Gives a whole body, like `openBody`. Its bytes are everybody's: not to be changed.
 *
 * @param size Of the file.
 */
export async function openWholeBody(
  path: string,
  size: number,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>> {
  const known = kept.get(path);
  if (known !== undefined && known.byteLength === size) {
    kept.delete(path);
    kept.set(path, known);
    return known;
  }
  const body = await openBody(path, 0, size);
  if (body instanceof Uint8Array) keep(path, body);
  return body;
}

function keep(path: string, bytes: Uint8Array<ArrayBuffer>): void {
  keptBytes += bytes.byteLength - (kept.get(path)?.byteLength ?? 0);
  kept.delete(path);
  kept.set(path, bytes);
  for (const [oldest, { byteLength }] of kept) {
    if (keptBytes <= MOST_KEPT) break;
    kept.delete(oldest);
    keptBytes -= byteLength;
  }
}

/**
 * Opens a body. A file that is not there fails now, while the head can still say so.
 *
 * @returns Bytes for a small piece; else a stream that closes the file at its end and when it is cancelled.
 */
export async function openBody(
  path: string,
  start: number,
  length: number,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer>> {
  const handle = await open(path);
  if (length > SMALL) return streamOf(handle, start, length);
  try {
    return await readPiece(handle, start, length);
  } finally {
    await handle.close();
  }
}

function streamOf(
  handle: FileHandle,
  start: number,
  length: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = start;
  const end = start + length;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const piece = await readPiece(handle, at, Math.min(SMALL, end - at));
          at += piece.byteLength;
          controller.enqueue(piece);
        } catch (error) {
          await handle.close();
          throw error;
        }
        if (at < end) return;
        await handle.close();
        controller.close();
      },
      cancel: () => handle.close(),
    },
    { highWaterMark: 0 },
  );
}

async function readPiece(
  handle: FileHandle,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled);
    // Content-Length is out: an answer that is shorter must not look complete.
    if (bytesRead === 0) throw new Error("The file is shorter than when it was built.");
    filled += bytesRead;
  }
  return bytes;
}
