// The promise of `host-promise.test.ts` where an answer is not all: time limits, clients that leave, closing.
import { createRequire } from "node:module";
import express5 from "express";
import { describe, it } from "vitest";
import { isDrivenTheSame } from "./_host-promise-driven.ts";
import { startExpressScenario } from "./_host-promise-express.ts";
import { expressLife } from "./_host-promise-express-life.ts";
import { startFastifyScenario } from "./_host-promise-fastify.ts";
import { fastifyHttp2 } from "./_host-promise-fastify-http2.ts";
import { fastifyLife } from "./_host-promise-fastify-life.ts";
import { staysQuiet } from "./_quiet.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

for (const [major, express] of [[4, express4] as const, [5, express5] as const]) {
  describe(`with a bridge in front, express ${major} still`, () => {
    staysQuiet();

    for (const driven of expressLife) {
      it(driven.title, async () => {
        await isDrivenTheSame(driven, (front) =>
          startExpressScenario(express, major, driven, front),
        );
      });
    }
  });
}

describe("with a bridge in front, fastify still", () => {
  staysQuiet();

  for (const driven of [...fastifyLife, ...fastifyHttp2]) {
    it(driven.title, async () => {
      await isDrivenTheSame(driven, (front) => startFastifyScenario(driven, front, driven.wire));
    });
  }
});
