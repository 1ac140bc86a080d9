import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import starbridge from "starbridge/fastify";
import { onRequest } from "./src/middleware.ts";

const app = Fastify();
await app.register(starbridge, {
  routes: import.meta.glob("./src/pages/**/*.ts"),
  middleware: onRequest,
});
app.get<{ Params: { sku: string } }>("/products/:sku", async ({ params }) => ({
  legacy: `nobody knows ${params.sku}`,
}));
app.get("/legacy", async () => ({ from: "legacy" }));

await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`http://localhost:${(app.server.address() as AddressInfo).port}`);
