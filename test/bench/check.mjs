// Asks a contender once for each path before it is timed: a fast wrong answer is no answer.
import { request } from "node:http";

/**
 * @param {number} port
 * @param {import("./scenarios.mjs").Scenario} scenario
 * @returns {Promise<string | undefined>} what is wrong
 */
export async function check(port, scenario) {
  for (const path of scenario.paths) {
    const problem = compare(await ask(port, scenario, path), scenario.expect, path);
    if (problem) return `${scenario.method} ${path}: ${problem}`;
  }
  return undefined;
}

function compare({ status, headers, body }, expect, path) {
  if (status !== 200) return `status ${status}, ${short(body)}`;
  const type = headers["content-type"] ?? "";
  if (!type.startsWith(expect.type)) return `content-type ${type}, not ${expect.type}`;
  for (const [name, pattern] of Object.entries(expect.headers ?? {})) {
    const value = String(headers[name]);
    if (!pattern.test(value)) return `${name} ${value}, not ${pattern}`;
  }
  const wanted = expect.body(path);
  return body === wanted ? undefined : `body ${short(body)}, not ${short(wanted)}`;
}

function ask(port, { method, headers, body }, path) {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, method, path, headers, agent: false };
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const asked = request({ ...options, headers: { ...headers, ...length } }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part) => {
        text += part;
      });
      answer.on("error", reject);
      answer.on("end", () =>
        resolve({ status: answer.statusCode, headers: answer.headers, body: text }),
      );
    });
    asked.setTimeout(20_000, () => asked.destroy(new Error("no answer in 20 seconds")));
    asked.on("error", reject);
    asked.end(body);
  });
}

function short(text) {
  return text.length > 120 ? `${text.slice(0, 120)}… (${text.length})` : text;
}

/** The requests of a scenario as the load generator sends them, one for each path. */
export function requestsOf({ method, paths, headers, body }, port) {
  const lines = {
    host: `127.0.0.1:${port}`,
    "user-agent": "starbridge-bench",
    accept: "*/*",
    ...headers,
    ...(body !== undefined && { "content-length": Buffer.byteLength(body) }),
  };
  const head = Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("");
  return paths.map((path) => `${method} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ""}`);
}
