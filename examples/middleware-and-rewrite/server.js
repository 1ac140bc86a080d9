import express from "express";
import { starbridge } from "starbridge/express";

const app = express();
app.use(
  starbridge({
    root: import.meta.dirname,
    locals: ({ req }) => ({ visitor: req.get("x-visitor") }),
  }),
);

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
