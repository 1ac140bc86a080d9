import Fastify from "fastify";
import starbridge from "starbridge/fastify";

const app = Fastify();
await app.register(starbridge, { root: import.meta.dirname });
app.get("/legacy", async () => ({ from: "legacy" }));

await app.listen({ port: Number(process.env.PORT ?? 3000) });
console.log(`http://localhost:${app.server.address().port}`);
