// The same lists, on the light Response: nobody can tell it from the platform's.
import { describe } from "vitest";
import { Response as LightResponse } from "starbridge/web";
import { staysQuiet } from "../bridges/_quiet.ts";
import type { ResponseClass } from "./_response.ts";
import { responseSemantics } from "./_response.ts";
import { sentSemantics } from "./_sent.ts";

responseSemantics("starbridge/web", LightResponse as ResponseClass);

describe("a light Response", () => {
  staysQuiet();
  for (const host of ["node:http", "express 5", "fastify"] as const) {
    sentSemantics(host, "starbridge/web", LightResponse as ResponseClass);
  }
});
