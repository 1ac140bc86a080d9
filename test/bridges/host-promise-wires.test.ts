// The promise of `host-promise.test.ts` over TLS and over HTTP/2: the same apps, the same questions.
import express from "express";
import { beforeEach, describe, it, vi } from "vitest";
import { staysTheSame } from "./_host-promise.ts";
import { startExpressScenario } from "./_host-promise-express.ts";
import { expressAnswers } from "./_host-promise-express-answers.ts";
import { expressChains } from "./_host-promise-express-chains.ts";
import { expressErrors } from "./_host-promise-express-errors.ts";
import { expressFiles } from "./_host-promise-express-files.ts";
import { expressRouting } from "./_host-promise-express-routing.ts";
import { startFastifyScenario } from "./_host-promise-fastify.ts";
import { fastifyAnswers } from "./_host-promise-fastify-answers.ts";
import { fastifyBodies } from "./_host-promise-fastify-bodies.ts";
import { fastifyErrors } from "./_host-promise-fastify-errors.ts";
import { fastifyHooks } from "./_host-promise-fastify-hooks.ts";
import { fastifyRequests } from "./_host-promise-fastify-requests.ts";
import { fastifyRouting } from "./_host-promise-fastify-routing.ts";
import { fastifyServer } from "./_host-promise-fastify-server.ts";
import { fastifyShown } from "./_host-promise-fastify-shown.ts";
import { asksFor } from "./_host-promise-wires.ts";
import type { Wire } from "./_host-promise-wires.ts";
import { staysQuiet } from "./_quiet.ts";

const scenarios = [
  ...fastifyAnswers,
  ...fastifyRouting,
  ...fastifyBodies,
  ...fastifyHooks,
  ...fastifyErrors,
  ...fastifyRequests,
  ...fastifyServer,
  ...fastifyShown,
];

for (const wire of ["https", "http2", "http2 (tls)"] as Wire[]) {
  describe(`with a bridge in front, fastify over ${wire} still`, () => {
    staysQuiet();
    beforeEach(() => {
      // Node says once that HTTP/2 has no such header, whoever sets it; Fastify does, with its own 400.
      const { emitWarning } = process;
      vi.spyOn(process, "emitWarning").mockImplementation((...warning) => {
        if (!/connection header/.test(String(warning[0])))
          Reflect.apply(emitWarning, process, warning);
      });
    });

    for (const { title, build, asks } of scenarios) {
      const said = asksFor(wire, asks);
      if (said.length === 0) continue;
      it(title, async () => {
        await staysTheSame(said, (front) => startFastifyScenario({ build }, front, wire));
      });
    }
  });
}

describe("with a bridge in front, express 5 over https still", () => {
  staysQuiet();

  for (const { title, build, asks } of [
    ...expressAnswers,
    ...expressFiles,
    ...expressRouting,
    ...expressChains,
    ...expressErrors,
  ]) {
    it(title, async () => {
      await staysTheSame(asksFor("https", asks), (front) =>
        startExpressScenario(express, 5, { build }, front, "https"),
      );
    });
  }
});
