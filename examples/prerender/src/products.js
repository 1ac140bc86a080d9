export const products = [
  { sku: "tea", name: "Tea", cents: 300 },
  { sku: "salt", name: "Salt", cents: 120 },
];
