// Which contenders run in which scenario.
import { contenders } from "./contenders.mjs";
import { scenarios } from "./scenarios.mjs";

/** What --list prints. */
export function list() {
  const lines = (entries) => entries.map(({ name, title }) => `  ${name.padEnd(28)} ${title}`);
  return ["Scenarios:", ...lines(scenarios), "", "Contenders:", ...lines(contenders)].join("\n");
}

/**
 * @returns {{ plan: { scenario: import("./scenarios.mjs").Scenario, contenders: import("./contenders.mjs").Contender[] }[], leftOut: { name: string, reason: string }[] }}
 */
export function choose(options, workspaces) {
  const leftOut = [];
  const names = options.profile ? [options.profile] : options.only;
  const all = workspaces.before ? [...contenders, ...contenders.flatMap(before)] : contenders;
  const able = all.filter((contender) => {
    const reason = whyNot(contender, contender.before ? workspaces.before : workspaces.now);
    if (reason && (names.length === 0 || hasWord(contender, names))) {
      leftOut.push({ name: contender.name, reason });
    }
    return reason === undefined;
  });
  const wanted = scenarios.filter(({ name }) => isNamed(name, options.scenarios));
  if (wanted.length === 0) throw new Error(`No such scenario: ${options.scenarios}. See --list.`);
  const plan = wanted.map((scenario) => ({
    scenario,
    contenders: withComparisons(
      able.filter((contender) => {
        return (
          runs(contender, scenario, options) && (names.length === 0 || hasWord(contender, names))
        );
      }),
      able.filter((contender) => contender.routes.includes(scenario.route)),
    ),
  }));
  const full = plan.filter(({ contenders: some }) => some.length > 0);
  if (full.length === 0) throw new Error(`No such contender: ${names}. See --list.`);
  return { plan: full, leftOut };
}

/** The same contender, with the package of another checkout. */
function before(contender) {
  if (contender.guest !== "starbridge") return [];
  const { name, title } = contender;
  return [{ ...contender, name: `${name}@before`, title: `${title} (before)`, before: true }];
}

function whyNot({ guest, mode }, { hasLightResponse }) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (guest === "astro" && (major < 22 || (major === 22 && minor < 12))) {
    return "Astro 7 needs Node 22.12";
  }
  if (mode === "native" && !hasLightResponse) return "this version has no light Response";
  return undefined;
}

function isNamed(name, words) {
  if (words.length === 0) return true;
  // The whole name of one scenario is not the beginning of another.
  return words.some((word) =>
    scenarios.some((scenario) => scenario.name === word) ? name === word : name.startsWith(word),
  );
}

function hasWord({ name }, words) {
  const [plain] = name.split("@");
  return words.some((word) =>
    contenders.some((contender) => contender.name === word)
      ? plain === word || name === word
      : name.includes(word),
  );
}

// The hosts and what is to be as fast as they are.
const FEW = /^(?:node|express|fastify|starbridge-(?:express|fastify)-built(?:@before)?)$/;
const OFTEN_COMPARED =
  /^(?:starbridge-(?:express|fastify)-(?:source|native)|astro-express|hono-express)$/;

function runs(
  { name, routes, etag },
  { name: scenario, route, measure },
  { quick, only, profile },
) {
  if (!routes.includes(route)) return false;
  if (only.length > 0 || profile) return true;
  if (quick && ["start-20", "start-200"].includes(scenario)) return false;
  // It takes minutes for each of them.
  if (measure === "memory") return FEW.test(name) || (!quick && OFTEN_COMPARED.test(name));
  if (measure === "start" && etag) return false;
  return !quick || scenario === "json" || FEW.test(name) || isSourceAtStart(name, measure);
}

function isSourceAtStart(name, measure) {
  return measure === "start" && /^starbridge-(?:express|fastify)-source$/.test(name);
}

/** Ratios need plain node:http and the host's own route. */
function withComparisons(chosen, possible) {
  if (chosen.length === 0) return [];
  const names = new Set(["node", ...chosen.flatMap(({ name, own }) => [name, own])]);
  return possible.filter(({ name }) => names.has(name));
}
