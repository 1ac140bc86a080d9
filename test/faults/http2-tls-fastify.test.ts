import { faults } from "./_faults.ts";

faults("http2 (fastify, tls)");
