import { getProduct } from "./catalog.ts";
import { ShopError } from "./errors.ts";
import type { ShopSession } from "./session.ts";

export function readCart({ cart = {} }: ShopSession) {
  const items = Object.entries(cart).map(([sku, quantity]) => {
    const { name, cents } = getProduct(sku);
    return { sku, name, quantity, cents: cents * quantity };
  });
  return { items, totalCents: items.reduce((sum, item) => sum + item.cents, 0) };
}

export function addToCart(session: ShopSession, input: unknown) {
  const { sku, quantity = 1 } = Object(input) as { sku?: string; quantity?: unknown };
  const product = getProduct(String(sku));
  return setQuantity(
    session,
    product.sku,
    (session.cart?.[product.sku] ?? 0) + wholeNumber(quantity),
  );
}

export function setQuantity(session: ShopSession, sku: string, quantity: unknown) {
  const { name, stock } = getProduct(sku);
  const wanted = wholeNumber(quantity);
  if (wanted > stock) throw new ShopError(409, "out_of_stock", `${name}: only ${stock} left.`);
  const { [sku]: _, ...others } = session.cart ?? {};
  session.cart = wanted === 0 ? others : { ...others, [sku]: wanted };
  return readCart(session);
}

function wholeNumber(value: unknown): number {
  if (Number.isInteger(value) && Number(value) >= 0) return Number(value);
  throw new ShopError(422, "bad_quantity", "quantity must be a whole number.");
}
