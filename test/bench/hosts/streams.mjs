// How a host's own route sends a stream: a Readable that gives parts as they are asked for.
import { Readable } from "node:stream";
import { CHUNK, CHUNKS, MEGABYTE, PART } from "../payloads.mjs";

const part = Buffer.alloc(PART, "x");
const chunk = Buffer.from(CHUNK);

export const megabyte = Buffer.alloc(MEGABYTE, "x");
export const megabyteStream = () => repeat(part, MEGABYTE / PART);
export const chunkStream = () => repeat(chunk, CHUNKS);

function repeat(bytes, count) {
  let left = count;
  return new Readable({
    read() {
      this.push(left-- > 0 ? bytes : null);
    },
  });
}
