import { faults } from "./_faults.ts";

faults("https (fastify)");
