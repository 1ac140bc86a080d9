#!/usr/bin/env node
// The program `starbridge`.
import { main } from "./main.ts";

// Endpoint files that were loaded may keep timers and sockets open: the end of the command is the end.
main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
