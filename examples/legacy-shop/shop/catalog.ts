import { notFound, ShopError } from "./errors.ts";

export interface Product {
  sku: string;
  name: string;
  category: string;
  cents: number;
  stock: number;
}

const products: Product[] = [
  { sku: "tea-assam", name: "Assam", category: "tea", cents: 690, stock: 40 },
  { sku: "tea-sencha", name: "Sencha", category: "tea", cents: 980, stock: 12 },
  { sku: "tea-rooibos", name: "Rooibos", category: "tea", cents: 520, stock: 0 },
  { sku: "tea-mint", name: "Mint", category: "tea", cents: 450, stock: 77 },
  { sku: "pot-iron", name: "Iron pot", category: "pots", cents: 5900, stock: 3 },
  { sku: "pot-glass", name: "Glass pot", category: "pots", cents: 3400, stock: 9 },
  { sku: "cup-blue", name: "Blue cup", category: "cups", cents: 1200, stock: 25 },
  { sku: "cup-white", name: "White cup, large", category: "cups", cents: 1400, stock: 18 },
];

/** Products by `category`, `q`, `min`, `max` and `sort`; `page` and `size` cut the list. */
export function listProducts(query: URLSearchParams) {
  const category = query.get("category");
  const text = query.get("q")?.toLowerCase() ?? "";
  const min = numberOf(query, "min", 0);
  const max = numberOf(query, "max", Number.MAX_SAFE_INTEGER);
  const size = Math.min(numberOf(query, "size", 5), 50) || 5;
  const page = numberOf(query, "page", 1) || 1;
  const found = products.filter(
    (product) =>
      (!category || product.category === category) &&
      product.name.toLowerCase().includes(text) &&
      product.cents >= min &&
      product.cents <= max,
  );
  if (query.get("sort") === "price") found.sort((a, b) => a.cents - b.cents);
  return {
    total: found.length,
    page,
    pages: Math.ceil(found.length / size),
    items: found.slice((page - 1) * size, page * size),
  };
}

export function getProduct(sku: string): Product {
  const product = products.find((candidate) => candidate.sku === sku);
  if (!product) throw notFound();
  return product;
}

export function addProduct(input: unknown): Product {
  const { sku, name, category, cents } = Object(input) as Partial<Product>;
  if (!sku || !name || !category || typeof cents !== "number") {
    throw new ShopError(422, "invalid_product", "sku, name, category and cents are needed.");
  }
  if (products.some((product) => product.sku === sku)) {
    throw new ShopError(409, "sku_taken", "There is such a product already.");
  }
  const product = { sku, name, category, cents, stock: 0 };
  products.push(product);
  return product;
}

export function listCategories(): { name: string; products: number }[] {
  const names = [...new Set(products.map((product) => product.category))].sort();
  return names.map((name) => ({
    name,
    products: products.filter((product) => product.category === name).length,
  }));
}

function numberOf(query: URLSearchParams, name: string, fallback: number): number {
  const value = query.get(name);
  if (value === null) return fallback;
  if (!/^\d{1,9}$/.test(value)) {
    throw new ShopError(400, "bad_query", `${name} must be a whole number.`);
  }
  return Number(value);
}
