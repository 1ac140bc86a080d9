// A Request has no place for its client's address: it is remembered beside it.

const addresses = new WeakMap<Request, string>();

/** Lets `clientAddressOf` tell the address. */
export function rememberClientAddress(request: Request, address: string): void {
  addresses.set(request, address);
}

/** The address that a translator has remembered for a request. */
export function clientAddressOf(request: Request): string | undefined {
  return addresses.get(request);
}
