// Plain node:http, and connect on it: the least that a server in Node can do for each scenario.
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { parse, serialize } from "cookie";
import { hello } from "../payloads.mjs";
import { chunkStream, megabyte, megabyteStream } from "./streams.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createHost({ contender, scenario, folder }) {
  let listener;
  const respond = () => ownRoutes[scenario.route]({ scenario, folder });
  return {
    async mount({ handler }) {
      if (contender.host === "node") {
        listener = handler;
        return;
      }
      const { default: connect } = await import("connect");
      listener = connect().use(handler);
    },
    async own() {
      const guest = listener;
      const answer = respond();
      if (contender.host === "connect") guest.use("/legacy/hello", answer);
      else listener = guest ? (req, res) => guest(req, res, () => answer(req, res)) : answer;
    },
    listen: () =>
      new Promise((resolve) => {
        const server = createServer(listener).listen(0, "127.0.0.1", () => resolve(server));
      }),
  };
}

const ownRoutes = {
  json: () => (_req, res) => json(res, hello()),
  params({ scenario }) {
    const sections = new Map();
    for (let at = 0; at < scenario.routes; at++) sections.set(`section-${at}`, at);
    return (req, res) => {
      const [, name, user, , post] = req.url.split("/");
      const section = sections.get(name);
      json(res, { section, user: decodeURIComponent(user), post: decodeURIComponent(post) });
    };
  },
  middleware: () => (req, res) => {
    const user = parse(req.headers.cookie ?? "").session ?? "nobody";
    json(
      res,
      { ...hello(), user },
      {
        "x-served-by": "bench",
        "set-cookie": serialize("seen", "1", { path: "/", httpOnly: true }),
      },
    );
  },
  echo: () => (req, res) => {
    const parts = [];
    req.on("data", (part) => parts.push(part));
    req.on("end", () => json(res, JSON.parse(Buffer.concat(parts).toString())));
  },
  buffer: () => (_req, res) => {
    res.writeHead(200, {
      "content-type": "application/octet-stream",
      "content-length": megabyte.length,
    });
    res.end(megabyte);
  },
  stream: () => (_req, res) => {
    res.writeHead(200, { "content-type": "application/octet-stream" });
    megabyteStream().pipe(res);
  },
  chunks: () => (_req, res) => {
    res.writeHead(200, { "content-type": "text/plain" });
    chunkStream().pipe(res);
  },
  prerendered:
    ({ folder }) =>
    (req, res) => {
      const path = join(folder, req.url);
      const { size, mtimeMs } = statSync(path);
      const etag = createHash("sha1").update(`${size}-${mtimeMs}`).digest("base64");
      res.writeHead(200, {
        "content-type": "application/json",
        "content-length": size,
        etag: `"${etag}"`,
      });
      createReadStream(path).pipe(res);
    },
  legacy: () => (_req, res) => json(res, hello()),
};

function json(res, value, headers) {
  const body = JSON.stringify(value);
  res.writeHead(200, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...headers,
  });
  res.end(body);
}
