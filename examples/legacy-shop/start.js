// npm start: runs the shop on Express, or on Fastify (npm start -- fastify), and says what to try.
import { register } from "tsx/esm/api";

register();

const host = process.argv[2] === "fastify" ? "Fastify" : "Express";
const { startShop } = await import(host === "Fastify" ? "./server-fastify.ts" : "./server.ts");
const { curlLines } = await import("./requests.ts");

const { url, close } = await listen(Number(process.env.PORT ?? 3000));
console.log(`The shop runs on ${host} at ${url}
Half of it is legacy code, half are files under examples/legacy-shop/src/pages.
The header x-served-by of an answer names the side. Paste the lines, top to bottom:\n`);
console.log(curlLines(url).join("\n"));

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, close);

/** Port 3000 may be taken: then the next free one. */
async function listen(port) {
  for (; ; port++) {
    try {
      return await startShop(port);
    } catch (error) {
      if (error.code !== "EADDRINUSE") throw error;
    }
  }
}
