// Constraints of find-my-way: it gives a request to a route only when they hold, and else goes on to the next route that
// fits. A router with a custom constraint is slower, so each is made known when the first route needs it.
import type { IncomingMessage } from "node:http";
import type { FastifyInstance, RouteOptions } from "fastify";

export type Constraints = NonNullable<RouteOptions["constraints"]>;

/** What tells whether a request is for a route of ours, or for some route behind it. */
export interface Owner {
  owns(req: IncomingMessage): boolean;
  /** What `printRoutes()` shows. */
  toJSON(): string;
}

type Strategy = Parameters<FastifyInstance["addConstraintStrategy"]>[0];

/** What `strategyName` has made known to a server, by kind. */
const known = new WeakMap<object, Map<string, string>>();

/** Holds for every request: find-my-way prefers a route with a constraint to the same route without. */
export function first(fastify: FastifyInstance): Constraints {
  return { [strategyName(fastify, "starbridge", createFirst)]: "first" };
}

/** Holds for the requests that the owner says yes to. */
export function ownedBy(fastify: FastifyInstance, owner: Owner): Constraints {
  return { [strategyName(fastify, "starbridgeOwner", createOwned)]: owner };
}

/** Holds for the requests that the owner says yes to, and for these no other route does. */
export function claimedBy(fastify: FastifyInstance, owner: Owner): Constraints {
  const owners = claims.get(fastify.server) ?? [];
  claims.set(fastify.server, owners);
  const create = (name: string): object => createClaimed(name, owners);
  const name = strategyName(fastify, "starbridgeClaim", create);
  owners.push(owner);
  return { [name]: owner };
}

const claims = new WeakMap<object, Owner[]>();

/** Makes all of ours known: each time a strategy is added, find-my-way builds its tree anew from what it was given. */
export function prepareConstraints(fastify: FastifyInstance): void {
  const nobody: Owner = { owns: () => false, toJSON: () => "" };
  first(fastify);
  ownedBy(fastify, nobody);
  claimedBy(fastify, nobody);
}

/** Of constraints as they are printed: whether our route has them, or a route of the host has been given ours. */
export function readConstraints(
  fastify: FastifyInstance,
  printed: string,
): "ours" | "first" | "other" {
  const names = known.get(fastify.server) ?? new Map<string, string>();
  const isOurs = (kind: string): boolean => printed.includes(`"${names.get(kind)}":`);
  if (isOurs("starbridgeOwner") || isOurs("starbridgeClaim")) return "ours";
  return printed === JSON.stringify({ [names.get("starbridge") ?? ""]: "first" })
    ? "first"
    : "other";
}

/** One strategy serves all bridges of a server. The host may have given its name to one of its own. */
function strategyName(
  fastify: FastifyInstance,
  kind: string,
  create: (name: string) => object,
): string {
  const names = known.get(fastify.server) ?? new Map<string, string>();
  known.set(fastify.server, names);
  let name = names.get(kind);
  if (name !== undefined) return name;
  name = kind;
  for (let count = 2; fastify.hasConstraintStrategy(name); count++) name = `${kind}${count}`;
  fastify.addConstraintStrategy(create(name) as Strategy);
  names.set(kind, name);
  return name;
}

function createFirst(name: string): object {
  return {
    name,
    storage: () => new Map<unknown, unknown>(),
    deriveConstraint: () => "first",
    validate() {},
  };
}

/** find-my-way compares what it derives of a request with the constraints of routes; here the routes decide. */
function createOwned(name: string): object {
  return {
    name,
    storage: () => {
      const handlers = new Map<unknown, unknown>();
      return {
        get: (key: unknown) => handlers.get(key) ?? find(handlers as Map<Owner, unknown>, key),
        set: (key: unknown, handler: unknown) => void handlers.set(key, handler),
      };
    },
    deriveConstraint: (req: IncomingMessage) => req,
    validate() {},
  };
}

/** A constraint that find-my-way holds against all routes without it, as soon as a request has a value for it. */
function createClaimed(name: string, owners: readonly Owner[]): object {
  return {
    name,
    mustMatchWhenDerived: true,
    storage: () => new Map<unknown, unknown>(),
    deriveConstraint: (req: IncomingMessage) => owners.find((owner) => owner.owns(req)),
    validate() {},
  };
}

function find(handlers: ReadonlyMap<Owner, unknown>, key: unknown): unknown {
  // While the router is built it asks for what it has set.
  if (!isRequest(key)) return undefined;
  for (const [owner, handler] of handlers) if (owner.owns(key)) return handler;
  return undefined;
}

function isRequest(key: unknown): key is IncomingMessage {
  return typeof (key as { url?: unknown } | null)?.url === "string";
}
