// Which request is answered with a Response: what middleware does to it must reach no other client.
import { bridgeError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { copyResponse } from "./response.ts";
import { copyPlain, isPlain, takeBody } from "./web/response.ts";

export class Owners {
  /** Of native Responses with a body. */
  readonly #owners = new WeakMap<Response, Exchange>();

  /**
   * An answer that middleware may change: never an object that other requests are or will be answered with. A body can be
   * sent once; a Response without one may be a constant that answers for ever.
   *
   * @throws BridgeError `STARBRIDGE_RESPONSE_UNUSABLE` when another request has it.
   */
  own(response: Response, exchange: Exchange): Response {
    if (isPlain(response)) {
      const own = copyPlain(response);
      takeBody(response);
      exchange.own = own;
      return own;
    }
    if (response.body === null) return copyResponse(response, { body: null });
    const owner = this.#owners.get(response);
    if (owner !== undefined && owner !== exchange) {
      throw bridgeError("RESPONSE_UNUSABLE", { reason: "another request is answered with it." });
    }
    this.#owners.set(response, exchange);
    return response;
  }
}
