// D-80: the host cannot tell that a bridge is mounted, except where a file answers.
import { createRequire } from "node:module";
import express5 from "express";
import { describe, expect, it } from "vitest";
import type { Ask, Front, Up } from "./_host-promise.ts";
import { fronts, get, record, staysTheSame } from "./_host-promise.ts";
import { startExpressScenario } from "./_host-promise-express.ts";
import type { ExpressScenario } from "./_host-promise-express.ts";
import { expressAnswers } from "./_host-promise-express-answers.ts";
import { expressChains } from "./_host-promise-express-chains.ts";
import { expressErrors } from "./_host-promise-express-errors.ts";
import { expressFiles } from "./_host-promise-express-files.ts";
import { expressOptions } from "./_host-promise-express-options.ts";
import { expressRouting } from "./_host-promise-express-routing.ts";
import { expressSettings } from "./_host-promise-express-settings.ts";
import { expressViews } from "./_host-promise-express-views.ts";
import { startFastifyScenario } from "./_host-promise-fastify.ts";
import type { FastifyScenario } from "./_host-promise-fastify.ts";
import { fastifyAnswers } from "./_host-promise-fastify-answers.ts";
import { fastifyBodies } from "./_host-promise-fastify-bodies.ts";
import { fastifyErrors } from "./_host-promise-fastify-errors.ts";
import { fastifyHooks } from "./_host-promise-fastify-hooks.ts";
import { fastifyRequests } from "./_host-promise-fastify-requests.ts";
import { fastifyRouting } from "./_host-promise-fastify-routing.ts";
import { fastifyServer } from "./_host-promise-fastify-server.ts";
import { fastifyShown } from "./_host-promise-fastify-shown.ts";
import { staysQuiet } from "./_quiet.ts";

const express4: typeof express5 = createRequire(import.meta.url)("express4");

for (const [major, express] of [[4, express4] as const, [5, express5] as const]) {
  const scenarios: ExpressScenario[] = [
    ...expressAnswers,
    ...expressFiles,
    ...expressRouting,
    ...expressChains,
    ...expressErrors,
    ...expressSettings,
    ...expressOptions,
    ...expressViews,
  ];

  describe(`with a bridge in front, express ${major} still`, () => {
    staysQuiet();

    for (const scenario of scenarios.filter(({ majors }) => majors?.includes(major) ?? true)) {
      it(scenario.title, async () => {
        await staysTheSame(scenario.asks, (front) =>
          startExpressScenario(express, major, scenario, front),
        );
      });
    }

    it("loses the path of a file to it, and no other", async () => {
      const build: ExpressScenario["build"] = ({ app }) =>
        app().get("/starbridge/:id", (_req, res) => void res.send("legacy"));
      await losesItsPath((front) => startExpressScenario(express, major, { build }, front));
    });
  });
}

describe("with a bridge in front, fastify still", () => {
  staysQuiet();
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

  for (const scenario of scenarios) {
    it(scenario.title, async () => {
      await staysTheSame(scenario.asks, (front) => startFastifyScenario(scenario, front));
    });
  }

  it("loses the path of a file to it, and no other", async () => {
    const build: FastifyScenario["build"] = ({ app }) => {
      const host = app();
      host.get("/starbridge/:id", async () => "legacy");
      return host;
    };
    await losesItsPath((front) => startFastifyScenario({ build }, front));
  });
});

/** That the bridges are there at all: without this, all of the above would pass with none. */
async function losesItsPath(start: (front: Front) => Promise<Up>): Promise<void> {
  const asks: Ask[] = [get("/starbridge", 404), get("/starbridge/7", 200)];
  const statuses: (string | undefined)[][] = [];
  for (const front of fronts) {
    const { answers } = await record(asks, await start(front));
    statuses.push(answers.map((answer) => answer.slice(9, 12)));
    expect(answers[1]).toContain("legacy");
    expect(answers.map((answer) => /^x-chain: ran/im.test(answer))).toEqual([
      front === "a bridge of other files",
      false,
    ]);
  }
  expect(statuses).toEqual([
    ["404", "200"],
    ["404", "200"],
    ["200", "200"],
  ]);
}
