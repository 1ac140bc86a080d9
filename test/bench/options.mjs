// The command line of the benchmark.
import { parseArgs } from "node:util";

export const HELP = `npm run bench -- [scenario …] [options]

  --scenario a,b    only these scenarios (names as --list gives them; a beginning will do)
  --only a,b        only contenders with one of these words in the name, and what they are compared with
  --rounds n        rounds of each contender (9)
  --seconds n       length of a round, in seconds of the server's CPU (0.6)
  --warmup n        seconds of CPU for warming up (1.5)
  --connections n   instead of the scenario's own number
  --requests n      answers before the heap is measured (200000)
  --cores a,b       core of the servers, core of the load
  --target where    route asked for among many: first, middle, last (middle)
  --quick           few and short rounds, peers in one scenario only
  --out file        where the Markdown goes (test/bench/out/report.md)
  --no-build        takes dist/ as it is
  --package folder  measures the dist/ of another checkout
  --before folder   measures the dist/ of another checkout as well, beside this one
  --profile name    profiles one contender in one scenario and prints the top frames by self time
  --list            names of scenarios and contenders
`;

const numbers = ["rounds", "seconds", "warmup", "connections", "requests"];

/** @param {string[]} args */
export function readOptions(args) {
  const text = { type: "string" };
  const flag = { type: "boolean" };
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...Object.fromEntries(numbers.map((name) => [name, text])),
      scenario: { type: "string", multiple: true },
      only: { type: "string", multiple: true },
      cores: text,
      target: text,
      out: text,
      package: text,
      before: text,
      profile: text,
      quick: flag,
      "no-build": flag,
      list: flag,
      help: flag,
    },
  });
  const defaults = values.quick
    ? { rounds: 3, seconds: 0.15, warmup: 0.3, requests: 20_000 }
    : { rounds: 9, seconds: 0.6, warmup: 1.5, requests: 200_000 };
  const given = numbers.filter((name) => values[name] !== undefined);
  return {
    ...defaults,
    ...Object.fromEntries(given.map((name) => [name, toNumber(name, values[name])])),
    scenarios: words([...(values.scenario ?? []), ...positionals]),
    only: words(values.only ?? []),
    cores: values.cores?.split(",").map((core) => toNumber("cores", core)),
    target: values.target,
    out: values.out,
    package: values.package,
    before: values.before,
    profile: values.profile,
    quick: values.quick === true,
    build: values["no-build"] !== true,
    list: values.list === true,
    help: values.help === true,
  };
}

function words(texts) {
  return texts.flatMap((text) => text.split(",")).filter(Boolean);
}

function toNumber(name, text) {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0)
    throw new Error(`--${name} takes a number, not ${text}.`);
  return number;
}
