import { faults } from "./_faults.ts";

faults("node:http");
