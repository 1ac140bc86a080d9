import { createHmac, timingSafeEqual } from "node:crypto";
import { ShopError } from "./errors.ts";

const secret = "an example: take it from the environment";

export function sign(body: string | Uint8Array): string {
  return `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
}

/** The signature covers the bytes as they came: parsed and printed again, they would be others. */
export function checkSignature(body: string | Uint8Array, signature: string | null | undefined) {
  const expected = Buffer.from(sign(body));
  const given = Buffer.from(signature ?? "");
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw new ShopError(401, "bad_signature", "The signature does not fit the body.");
  }
}
