import { createServer } from "node:http";
import { starbridge } from "starbridge/connect";

// No framework, so nobody to fall through to: what no file answers is a 404.
const pages = starbridge({ root: import.meta.dirname });

const server = createServer(pages).listen(process.env.PORT ?? 3000, () => {
  console.log(`http://localhost:${server.address().port}`);
});
