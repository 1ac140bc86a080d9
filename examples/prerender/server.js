import express from "express";
import { starbridge } from "starbridge/express";

const app = express();
app.use(starbridge({ root: import.meta.dirname, dev: false }));
app.get("/api/products/:file", (req, res) => {
  res.status(404).json({ legacy: `nobody knows ${req.params.file}` });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
