// Route tables and raw paths of every spelling, against a naive matcher: the same file answers, with the same params.
import fc from "fast-check";
import type { APIContext, BridgeOptions } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { staysQuiet } from "../bridges/_quiet.ts";
import { naiveMatch } from "./_naive-routes.ts";
import { pathFor, table } from "./_route-values.ts";
import { holds, TIME } from "./_property.ts";

const hosts: HostName[] = ["node:http", "express 5", "fastify"];

const questions = table.chain((files) =>
  fc.tuple(fc.constant(files), fc.array(pathFor(files), { minLength: 14, maxLength: 14 })),
);

function routesOf(files: string[]): BridgeOptions["routes"] {
  return Object.fromEntries(
    files.map((path) => {
      const GET = ({ params }: APIContext): Response => Response.json({ file: path, params });
      return [path, { GET }];
    }),
  );
}

describe.each(hosts)("a route table through %s", (host) => {
  staysQuiet();

  it(
    "answers each path, however it is spelled, as a list of patterns does",
    async () => {
      const seen = { found: 0, missed: 0 };
      await holds(40, questions, async ([files, targets]) => {
        const routes = routesOf(files);
        const server = await start(host, { options: { routes, trailingSlash: "ignore" } });
        const connection = await server.open();
        try {
          for (const target of targets) {
            connection.send(`GET ${target} HTTP/1.1`);
            const { status, body } = await connection.answer();
            const expected = naiveMatch(files, target.split("?")[0] ?? "");
            if (expected) seen.found += 1;
            else seen.missed += 1;
            // Express and Fastify answer some paths that are no URL with a 400 of their own.
            const actual =
              status === 200
                ? (JSON.parse(Buffer.from(body, "latin1").toString()) as unknown)
                : undefined;
            expect(actual, `${target} of ${files.join(" ")}: ${status}`).toEqual(expected);
            if (!expected) expect([400, 404], `${target}: ${status}`).toContain(status);
          }
        } finally {
          connection.destroy();
          await server.close();
        }
      });
      // Both sides have to be met, or nothing was shown.
      expect(Math.min(seen.found, seen.missed)).toBeGreaterThan(50);
    },
    TIME,
  );
});
