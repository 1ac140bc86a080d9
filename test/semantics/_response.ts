// What a Response is, as a list of cases over a class: run on the platform's Response, it says that the list is
// true; run on another class, that the class is one in every respect that the list knows of.
import { describe, expect, it } from "vitest";
import type { Case } from "./_observe.ts";
import { responseBodies } from "./_response-bodies.ts";
import { responseClass } from "./_response-class.ts";
import { responseClones } from "./_response-clone.ts";
import { responseConsumers } from "./_response-consumers.ts";
import { responseHeaders } from "./_response-headers.ts";
import { responseInit } from "./_response-init.ts";
import { responseInstances } from "./_response-instance.ts";
import { responseLife } from "./_response-life.ts";
import { responseReads } from "./_response-read.ts";
import { responseSnapshots } from "./_response-snapshot.ts";
import { responseStatics } from "./_response-statics.ts";
import { responseStreams } from "./_response-stream.ts";

/** The platform's class, or one that stands in for it. */
export type ResponseClass = typeof globalThis.Response & {
  /** The types of Node want the status. */
  redirect(url: string | URL, status?: number): Response;
};

export type ResponseCase = Case<ResponseClass>;

/** The list, by chapter. */
export const responseCases: Record<string, ResponseCase[]> = {
  "what a body may be": responseBodies,
  "what it is at construction stays": responseSnapshots,
  init: responseInit,
  headers: responseHeaders,
  "json, redirect and error": responseStatics,
  reading: responseReads,
  "being used and locked": responseLife,
  streams: responseStreams,
  clones: responseClones,
  "the class": responseClass,
  "instances and derived classes": responseInstances,
  "in the hands of others": responseConsumers,
};

// Asked before anything can replace the global.
const Platform = globalThis.Response as ResponseClass;

/**
 * Registers the list for a class.
 *
 * @param name Of the class, for the titles.
 * @param Class `globalThis.Response`, or a class that is to be taken for it.
 */
export function responseSemantics(name: string, Class: ResponseClass): void {
  describe(`the Response of ${name}`, () => {
    for (const [chapter, cases] of Object.entries(responseCases)) {
      describe(chapter, () => {
        it.each(cases.map((row) => [...row] as const))("%s", async (_title, observe, expected) => {
          const platform = await observe(Platform);
          expect(platform, "the platform").toEqual(expected);
          expect(await observe(Class), name).toEqual(platform);
        });
      });
    }
  });
}
