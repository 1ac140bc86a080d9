import { faults } from "./_faults.ts";

faults("connect");
