import { readCart } from "./cart.ts";
import { notFound, ShopError } from "./errors.ts";
import type { ShopSession } from "./session.ts";
import { requireUser } from "./session.ts";

export interface Order {
  id: number;
  email: string;
  items: string;
  cents: number;
  status: string;
}

const orders: Order[] = [
  { id: 1001, email: "ada@example.com", items: "1 x Iron pot", cents: 5900, status: "open" },
  {
    id: 1002,
    email: "bob@example.com",
    items: "2 x White cup, large",
    cents: 2800,
    status: "paid",
  },
];

export function ordersOf(email: string): Order[] {
  return orders.filter((order) => order.email === email);
}

export function placeOrder(session: ShopSession): Order {
  const { email } = requireUser(session);
  const { items, totalCents } = readCart(session);
  if (items.length === 0) throw new ShopError(409, "empty_cart", "The cart is empty.");
  const order = {
    id: 1001 + orders.length,
    email,
    items: items.map(({ quantity, name }) => `${quantity} x ${name}`).join("; "),
    cents: totalCents,
    status: "open",
  };
  orders.push(order);
  session.cart = {};
  return order;
}

/** What a signed webhook says: `{ "order": 1001, "status": "paid" }`. */
export function updateOrder(json: string): Order {
  const { order: id, status } = JSON.parse(json) as { order?: number; status?: string };
  const order = orders.find((candidate) => candidate.id === id);
  if (!order || !status) throw notFound();
  order.status = status;
  return order;
}

export function invoice(email: string, id: string): string {
  const order = ordersOf(email).find((candidate) => String(candidate.id) === id);
  if (!order) throw notFound();
  return `Invoice ${order.id}\n${order.items}\nTotal ${(order.cents / 100).toFixed(2)} EUR\n`;
}

export function stats() {
  return { orders: orders.length, cents: orders.reduce((sum, order) => sum + order.cents, 0) };
}

/** RFC 4180; the rows come one by one, so the export of a large table can be streamed. */
export function* csvLines(): Generator<string> {
  yield "id,email,items,cents,status\r\n";
  for (const order of orders) {
    yield `${[order.id, order.email, order.items, order.cents, order.status].map(field).join(",")}\r\n`;
  }
}

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
