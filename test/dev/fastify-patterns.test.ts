// What we say of find-my-way, against find-my-way.
import fc from "fast-check";
import fastify from "fastify";
import { describe, expect, it } from "vitest";
import { Holdings } from "../../bridges/fastify/holdings.ts";
import type { RouterOptions } from "../../bridges/fastify/host.ts";
import { createHostRoutes } from "../../bridges/fastify/host-routes.ts";
import {
  compareFitting,
  paramsOf,
  parsePattern,
  routedPath,
} from "../../bridges/fastify/patterns.ts";
import { holds, TIME } from "../properties/_property.ts";

const segment = fc.constantFrom(
  ...["a", "ab", "b", "a.json", "A", "é", ":x", ":y", ":x.json", ":x-:y", "a:x"],
  ...[":n(\\d+)", ":n(^\\d+$)", ":n(a|b)", ":n(\\d+).json", ":n((?:a)|b)-:x"],
);
const url = fc
  .tuple(fc.array(segment, { maxLength: 3 }), fc.constantFrom("", "", "", "/*", "/a*", "/"))
  .map(([segments, end]) => `/${segments.join("/")}${end}`.replace("//", "/"));
const asked = fc
  .tuple(
    fc.array(
      fc.constantFrom(
        ...["a", "ab", "b", "A", "aa", "1", "12", "1.json", "a.json", "b-a", "a-b-c"],
        ...["%C3%A9", "%2F", "a%25b", "a%20b", "abcdefghijklm", "ax"],
      ),
      { maxLength: 4 },
    ),
    fc.constantFrom("", "", "/", "?a=/b", ";a"),
  )
  .map(([segments, end]) => `/${segments.join("/")}${end}`.replace("//", "/"));
const settings: fc.Arbitrary<RouterOptions> = fc.record({
  caseSensitive: fc.boolean(),
  ignoreTrailingSlash: fc.boolean(),
  useSemicolonDelimiter: fc.boolean(),
  maxParamLength: fc.constantFrom(100, 10),
});

interface Answer {
  url: string;
  params: Record<string, string>;
}

describe("a URL of Fastify's, as we read it", () => {
  it(
    "fits what Fastify finds it for, with its params, and comes first where it is asked first",
    async () => {
      const values = fc.tuple(
        fc.uniqueArray(url, { maxLength: 8 }),
        fc.array(asked, { maxLength: 12 }),
        settings,
      );
      await holds(150, values, async ([urls, paths, router]) => {
        const app = fastify({ routerOptions: router });
        const declared: string[] = [];
        for (const one of urls) {
          try {
            app.get(one, async (request): Promise<Answer> => {
              return { url: one, params: request.params as Answer["params"] };
            });
            declared.push(one);
          } catch {
            // The same as another one.
          }
        }
        await app.ready();
        const own = new Holdings();
        const printed = createHostRoutes(app, router, own, "error")("GET");
        const trimmed = (one: string): string =>
          router.ignoreTrailingSlash && one.length > 1 ? one.replace(/\/$/, "") : one;
        const shapes = declared.map((one) => parsePattern(trimmed(one), router).shape);
        expect(printed.map(({ shape }) => shape).sort()).toEqual(shapes.sort());
        for (const path of paths) {
          const response = await app.inject(path);
          const found = response.statusCode === 200 ? response.json<Answer>() : undefined;
          const routed = routedPath(path, router) ?? "";
          const fitting = declared
            .map((one) => ({ one, pattern: parsePattern(trimmed(one), router) }))
            .filter(({ pattern }) => paramsOf(pattern, routed, router) !== undefined)
            .sort((a, b) => compareFitting(a.pattern, b.pattern));
          const [first, second] = fitting;
          if (first && second && compareFitting(first.pattern, second.pattern) === 0) continue;
          expect([path, first?.one]).toEqual([path, found?.url]);
          if (first) expect(paramsOf(first.pattern, routed, router)).toEqual(found?.params);
        }
        await app.close();
      });
    },
    TIME,
  );
});
