import { faults } from "./_faults.ts";

faults("https (express 5)");
