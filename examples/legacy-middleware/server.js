import compression from "compression";
import express from "express";
import session from "express-session";
import helmet from "helmet";
import { starbridge } from "starbridge/express";

const app = express();
// Around the pages, as around every legacy route: what these set and patch holds for both.
app.use(helmet());
app.use(compression());
app.use(session({ secret: "an example", resave: false, saveUninitialized: false }));
app.use(
  starbridge({
    root: import.meta.dirname,
    locals: ({ req }) => ({ visits: req.session }),
  }),
);
app.get("/legacy/visits", (req, res) => {
  res.json({ count: req.session.count ?? 0 });
});

const server = app.listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
