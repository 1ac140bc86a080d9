// What user code throws, as something that a host can take.
import { describe } from "./describe.ts";
import { bridgeError } from "./errors.ts";

/** A thrown value as an Error: hosts take control words and falsy values for something else. */
export function toError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown;
  // An Error of another realm is one by its shape.
  if (Object.prototype.toString.call(thrown) === "[object Error]") return thrown as Error;
  if (typeof thrown === "object" && thrown !== null && "message" in thrown && "stack" in thrown) {
    return thrown as Error;
  }
  return bridgeError("THROWN_VALUE", { value: describeThrown(thrown) }, { cause: thrown });
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown === "string") return JSON.stringify(thrown.slice(0, 200));
  return describe(thrown);
}
