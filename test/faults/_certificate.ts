// Key and certificate of the tests: nobody's secret, trusted by nobody.
import { readFileSync } from "node:fs";

export function certificate(): { key: Buffer; cert: Buffer } {
  const read = (name: string): Buffer =>
    readFileSync(new URL(`fixtures/${name}.pem`, import.meta.url));
  return { key: read("test-only-key"), cert: read("test-only-cert") };
}
