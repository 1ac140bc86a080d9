// Does what the README tells a newcomer, in a folder with a fresh clone: npm start, one request to each
// side, stop.
//   node test/scripts/smoke.mjs <folder>
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

const sides = ["legacy", "new"];
const folder = resolve(process.argv[2] ?? ".");
// A group of its own: npm does not always hand a signal on.
const shop = spawn("npm", ["start"], {
  cwd: folder,
  env: { ...process.env, PORT: "0" },
  detached: true,
  stdio: ["ignore", "pipe", "inherit"],
});

try {
  const urls = await printedUrls(shop, 120_000);
  for (const side of sides) await ask(side, urls[side]);
} catch (error) {
  console.error(`npm start: ${error.message}`);
  process.exitCode = 1;
} finally {
  await stop(shop);
}

/** The first URL of each side that is asked for without more: `[new] title`, then `curl -i 'url'`. */
function printedUrls(child, milliseconds) {
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error("no shop in two minutes")), milliseconds);
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
      process.stdout.write(chunk);
      const urls = sides.map((side) => {
        const lines = new RegExp(`^\\[${side}\\].*\\n\\s+curl -i\\s+'([^']+)'$`, "m").exec(text);
        return [side, lines?.[1]];
      });
      if (urls.some(([, url]) => url === undefined)) return;
      clearTimeout(timer);
      done(Object.fromEntries(urls));
    });
    child.once("exit", (code) => fail(new Error(`ended with ${code}`)));
  });
}

/** Requests a URL, and believes the answer only from the side that shall give it. */
async function ask(side, url) {
  const response = await fetch(url);
  const body = await response.text();
  console.log(`[${side}] GET ${url} ${response.status} ${body.slice(0, 80)}`);
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  const server = response.headers.get("x-served-by");
  if (server !== side) throw new Error(`${url} was answered by ${server}, not by ${side}`);
}

async function stop(child) {
  if (child.exitCode !== null || child.pid === undefined) return;
  const exit = once(child, "exit");
  process.kill(-child.pid, "SIGTERM");
  const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), 10_000);
  await exit;
  clearTimeout(timer);
}
