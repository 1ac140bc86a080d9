import type { AddressInfo } from "node:net";
import express from "express";
import { starbridge } from "starbridge/express";
import { routes } from "starbridge:pages";
import { onRequest } from "./src/middleware.ts";

const app = express();
app.use(starbridge({ routes, middleware: onRequest }));
app.get("/legacy", (_req, res) => {
  res.json({ from: "legacy" });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`);
});
