// Compressed forms of a prerendered body: made by a build, chosen by what a client takes.
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

export type Encoding = "br" | "gzip";

/** Below, the head is larger than what is saved. */
const WORTHWHILE = 1024;
const COMPRESSIBLE =
  /^text\/|[/+](?:json|xml|javascript|ecmascript|x-ndjson|wasm|yaml)\b|^font\/[ot]tf/;

/**
 * The encodings of ours that a client takes and does not like less than the plain body: what it likes best first, and
 * of what it likes the same the smallest result (RFC 9110 section 12.5.3).
 */
export function acceptedEncodings(header: string | undefined): Encoding[] {
  if (header === undefined) return [];
  const weights = new Map<string, number>();
  for (const item of header.toLowerCase().split(",")) {
    const [name = "", ...params] = item.split(";").map((text) => text.trim());
    const quality = params.find((param) => param.startsWith("q="))?.slice(2);
    weights.set(name, quality === undefined ? 1 : Number(quality));
  }
  const weightOf = (name: Encoding): number => weights.get(name) ?? weights.get("*") ?? 0;
  // Unless it is named, the plain body is what a client takes when there is nothing else.
  const least = weights.get("identity") ?? 0;
  return (["br", "gzip"] as const)
    .filter((name) => weightOf(name) > 0 && weightOf(name) >= least)
    .sort((one, other) => weightOf(other) - weightOf(one));
}

/** The compressed forms that are worth a file, by its ending. */
export async function compressedForms(
  body: Uint8Array,
  type: string | null,
): Promise<[ending: string, bytes: Uint8Array][]> {
  if (body.byteLength < WORTHWHILE || !COMPRESSIBLE.test(type ?? "")) return [];
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: body.byteLength };
  const forms: [string, Uint8Array][] = [
    [".br", await promisify(brotliCompress)(body, { params })],
    [".gz", await promisify(gzip)(body, { level: constants.Z_BEST_COMPRESSION })],
  ];
  return forms.filter(([, bytes]) => bytes.byteLength < body.byteLength);
}
