// The long run, one process per host, so that a host that dies or spins is a finding too:
//   npm run fuzz                                     a minute on each host
//   npm run fuzz -- --host fastify --minutes 10
//   npm run fuzz -- --host fastify --seed 7 --campaign 31     one campaign again
//   npm run fuzz -- --broken                         bridges broken on purpose, and how soon that is found
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { BREAKS, findBreak } from "./_broken.ts";
import { listenForNoise } from "./_noise.ts";
import { run } from "./_run.ts";
import type { Totals } from "./_run.ts";
import { HOSTS, countSetups } from "./_setup.ts";
import type { FuzzHost } from "./_setup.ts";

/** What a child tells: after each campaign, and at its end. */
interface News {
  campaigns: number;
  cases: number;
  pages: number;
  reports: string[];
  isOver: boolean;
}

/** A campaign takes a second or two; a child that is silent for so long spins. */
const LONGEST_SILENCE = 120_000;

const { values } = parseArgs({
  options: {
    host: { type: "string", multiple: true },
    minutes: { type: "string", default: "1" },
    seed: { type: "string", default: String(Date.now() % 1_000_000_000) },
    cases: { type: "string", default: "400" },
    campaign: { type: "string" },
    broken: { type: "boolean", default: false },
    child: { type: "boolean", default: false },
  },
});
const seed = Number(values.seed);
const asked = values.host ?? HOSTS;
const hosts = HOSTS.filter((host) => asked.includes(host));
const unknown = asked.filter((host) => !HOSTS.includes(host as FuzzHost));

if (unknown.length > 0) {
  console.error(`No such host: ${unknown.join(", ")}. There are: ${HOSTS.join(", ")}.`);
  process.exitCode = 2;
} else if (values.broken) await showBreaks();
else if (values.child) await runChild(hosts[0] as FuzzHost);
else {
  console.log(`seed ${seed}, ${values.minutes} minutes per host, Node ${process.version}`);
  let findings = 0;
  for (const host of hosts) findings += await watch(host);
  process.exitCode = findings > 0 ? 1 : 0;
}

/** Runs a host in a child and prints what became of it; gives the number of findings. */
async function watch(host: FuzzHost): Promise<number> {
  const start = Date.now();
  const args = ["--child", "--host", host, "--seed", String(seed), "--cases", values.cases];
  args.push("--minutes", values.minutes);
  if (values.campaign !== undefined) args.push("--campaign", values.campaign);
  const child = fork(fileURLToPath(import.meta.url), args, { silent: true });
  const { news, end, stderr } = await followed(child);
  const reports = [...news.reports];
  const next = Number(values.campaign ?? 0) + news.campaigns;
  if (!news.isOver) reports.push(`${host}: ${end} in campaign ${next}, seed ${seed}`);
  if (stderr !== "") reports.push(`${host}: wrote to stderr: ${stderr}`);
  const seconds = (Date.now() - start) / 1000;
  const kinds = `${Math.min(news.campaigns, countSetups(host))} of ${countSetups(host)} kinds`;
  const rate = Math.round(news.cases / seconds);
  console.log(
    `${host}: ${news.cases} requests to each side in ${Math.round(seconds)} s (${rate}/s), ${news.campaigns} campaigns ` +
      `(${kinds}), ${news.pages} answered by files, ${reports.length} findings`,
  );
  for (const report of reports) console.log(`\n--- ${report}\n`);
  return reports.length;
}

interface Followed {
  news: News;
  end: string;
  stderr: string;
}

async function followed(child: ChildProcess): Promise<Followed> {
  let news: News = { campaigns: 0, cases: 0, pages: 0, reports: [], isOver: false };
  let stderr = "";
  let silence: NodeJS.Timeout | undefined;
  let isSilent = false;
  const listen = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      isSilent = true;
      child.kill("SIGKILL");
    }, LONGEST_SILENCE);
  };
  listen();
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  child.on("message", (message) => {
    news = message as News;
    listen();
  });
  const code = await new Promise<unknown>((resolve) => {
    child.once("close", (status, signal) => resolve(status ?? signal));
  });
  clearTimeout(silence);
  return { news, end: isSilent ? "the process hung" : `the process died (${code})`, stderr };
}

async function runChild(host: FuzzHost): Promise<void> {
  const noise = listenForNoise();
  const end = Date.now() + Number(values.minutes) * 60_000;
  const isSingle = values.campaign !== undefined;
  const tell = ({ campaigns, cases, pages, found }: Totals, isOver: boolean): void => {
    const news: News = {
      campaigns,
      cases,
      pages,
      reports: found.map(({ report }) => report),
      isOver,
    };
    process.send?.(news);
  };
  try {
    const totals = await run({
      host,
      seed,
      noise,
      cases: Number(values.cases),
      from: Number(values.campaign ?? 0),
      goesOn: (campaigns) => (isSingle ? campaigns < 1 : Date.now() < end),
      onCampaign: (soFar) => tell(soFar, false),
    });
    tell(totals, true);
  } finally {
    noise.stop();
  }
  process.disconnect();
}

async function showBreaks(): Promise<void> {
  const noise = listenForNoise();
  for (const broken of BREAKS) {
    const { cases, milliseconds, found } = await findBreak(broken, { seed, most: 50_000, noise });
    const request = found && `${found.request.method} ${found.request.target}`;
    const time = `${cases} requests, ${(milliseconds / 1000).toFixed(1)} s`;
    console.log(`${broken.name} | ${broken.rule} | ${time} | ${request ?? "NOT FOUND"}`);
    if (found === undefined) process.exitCode = 1;
  }
  noise.stop();
}
