// One list of what every host gets from its bridge. The parts are split by noun.
import { describe } from "vitest";
import { traitsOf } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { bodiesOnTheWire } from "./_conformance-bodies-raw.ts";
import { bodies } from "./_conformance-bodies.ts";
import { cookies } from "./_conformance-cookies.ts";
import { errors } from "./_conformance-errors.ts";
import { fallThrough } from "./_conformance-fall-through.ts";
import { guards } from "./_conformance-guards.ts";
import { headers } from "./_conformance-headers.ts";
import { late } from "./_conformance-late.ts";
import { leaving } from "./_conformance-leaving.ts";
import { lengths } from "./_conformance-lengths.ts";
import { limits } from "./_conformance-limits.ts";
import { methods } from "./_conformance-methods.ts";
import { mounts } from "./_conformance-mounts.ts";
import { oneConnection } from "./_conformance-one-connection.ts";
import { parsers } from "./_conformance-parsers.ts";
import { paths } from "./_conformance-paths.ts";
import { security } from "./_conformance-security.ts";
import { siblings } from "./_conformance-siblings.ts";
import { spellings } from "./_conformance-spellings.ts";
import { storage } from "./_conformance-storage.ts";
import { streams } from "./_conformance-streams.ts";
import { url } from "./_conformance-url.ts";
import { staysQuiet } from "./_quiet.ts";

/** Registers the list for a host. */
export function conformance(host: HostName): void {
  const traits = traitsOf(host);
  describe(`conformance of ${host}`, () => {
    staysQuiet();
    describe("url, address and protocol", () => url(host));
    describe("methods", () => methods(host));
    describe("bodies", () => bodies(host));
    describe("headers", () => headers(host));
    describe("lengths", () => lengths(host));
    describe("cookies", () => cookies(host));
    describe("streams", () => streams(host));
    describe("clients that leave", () => leaving(host));
    describe("answers that come late", () => late(host));
    describe("AsyncLocalStorage", () => storage(host));
    describe("falling through", () => fallThrough(host));
    describe("errors", () => errors(host));
    describe("requests that mean harm", () => security(host));
    describe("relatives of known failures", () => siblings(host));
    describe("one connection", () => oneConnection(host));
    if (traits.connectLike) describe("parsers of the host", () => parsers(host));
    if (traits.mounts !== "none") describe("mounts", () => mounts(host));
    if (traits.http1) {
      describe("odd paths", () => paths(host));
      describe("odd spellings and heads", () => spellings(host));
      describe("guards", () => guards(host));
      describe("limits of uploads", () => limits(host));
      describe("bodies on the wire", () => bodiesOnTheWire(host));
    }
  });
}
