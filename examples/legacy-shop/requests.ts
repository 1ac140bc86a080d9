// What `npm start` prints: one curl line for every route of the shop, in an order that tells a story.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sign } from "./shop/signature.ts";

type World = "legacy" | "new";

const jar = join(tmpdir(), "starbridge-shop.cookies");
const cookies = `-b '${jar}' -c '${jar}'`;
const json = "-H 'content-type: application/json'";

/** The lines to print, for the shop at `url`. */
export function curlLines(url: string): string[] {
  const lines: string[] = [];
  const add = (world: World, title: string, path: string, options = "") =>
    lines.push(
      `${`[${world}]`.padEnd(8)} ${title}`,
      `  curl -i ${options && `${options} `}'${url}${path}'`,
    );
  const signed = (body: string) => `${json} -H 'x-shop-signature: ${sign(body)}' -d '${body}'`;

  add("legacy", "health", "/health");
  add("new", "products, filtered and paged", "/api/products?category=tea&max=900&page=1&size=2");
  add("new", "one product", "/api/products/pot-iron");
  add("new", "a refusal in the shop's own error format", "/api/products/none");
  add("new", "categories", "/api/categories");
  add("legacy", "no route at all: the host's 404", "/api/nothing");

  add("new", "who am I? nobody", "/api/me", cookies);
  const ada = '{"email":"ada@example.com","password":"countess"}';
  add("legacy", "login", "/api/login", `${cookies} ${json} -d '${ada}'`);
  add("new", "who am I? the session that legacy wrote", "/api/me", cookies);
  add("legacy", "into the cart", "/api/cart/items", `${cookies} ${json} -d '{"sku":"tea-mint"}'`);
  add("new", "GET of the cart", "/api/cart", cookies);
  const two = `${cookies} -X PUT ${json} -d '{"quantity":2}'`;
  add("new", "two of them", "/api/cart/items/tea-mint", two);
  add("legacy", "an order", "/api/checkout", `${cookies} -X POST`);
  add("legacy", "DELETE of the cart, same URL as its GET", "/api/cart", `${cookies} -X DELETE`);
  add("new", "my orders, behind a guard in src/middleware.ts", "/api/account/orders", cookies);
  add("legacy", "download of an invoice", "/api/account/orders/1003/invoice", cookies);

  const form = "--data-urlencode 'email=ada@example.com' --data-urlencode 'message=Is it hot?'";
  add("new", "form post", "/api/contact", form);
  add("legacy", "file upload", "/api/uploads", "-F 'file=@package.json'");
  add("new", "file download", "/api/uploads/1");
  add("legacy", "server-sent events", "/api/news/events?count=3", "-N");
  add("new", "server-sent events", "/api/stock/events?count=3", "-N");
  const paid = '{"order": 1001, "status": "paid"}';
  add("legacy", "webhook, signed over its raw bytes", "/api/webhooks/payment", signed(paid));
  const shipped = '{"order": 1001, "status": "shipped"}';
  add("new", "webhook, signed over its raw bytes", "/api/webhooks/shipping", signed(shipped));

  add("new", "CSV export: the host's guard refuses", "/api/admin/orders.csv", cookies);
  const boss = '{"email":"boss@example.com","password":"secret"}';
  add("legacy", "login as admin", "/api/login", `${cookies} ${json} -d '${boss}'`);
  add("new", "CSV export", "/api/admin/orders.csv", cookies);
  add("legacy", "statistics, behind the same guard", "/api/admin/stats", cookies);
  const mug = '{"sku":"cup-red","name":"Red cup","category":"cups","cents":1100}';
  add("legacy", "POST, same URL as the new GET", "/api/products", `${cookies} ${json} -d '${mug}'`);
  add("legacy", "logout", "/api/logout", `${cookies} -X POST`);
  return lines;
}
