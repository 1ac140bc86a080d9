import { faults } from "./_faults.ts";

faults("express 4");
