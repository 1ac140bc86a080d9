import express from "express";
import { starbridge } from "starbridge/express";

const app = express();
app.use(starbridge({ root: import.meta.dirname }));
app.get("/legacy", (_req, res) => {
  res.json({ from: "legacy" });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
