import express from "express";
import { starbridge } from "starbridge/express";
import { db } from "./src/db.js";

const { info, warn, error } = console;
const app = express();
// A logger shows each reload in the terminal.
app.use(starbridge({ root: import.meta.dirname, logger: { info, warn, error } }));
app.get("/legacy", (_req, res) => {
  res.json({ pools: db.pools, visits: db.visits });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
