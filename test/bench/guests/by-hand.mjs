// No guest at all: the first middleware of the app answers by hand, with nothing but Node. What Express itself spends
// before it gets there nobody inside it can save, so that this is the most that any guest can reach.
import { parse, serialize } from "cookie";
import { hello } from "../payloads.mjs";

/** @param {import("../server.mjs").Setting} setting */
export async function createGuest({ scenario }) {
  return { handler: handlers[scenario.route] };
}

const handlers = {
  json(_req, res) {
    send(res, JSON.stringify(hello()));
  },
  params(req, res) {
    const [, name, user, , post] = req.url.split("/");
    const section = Number(name.slice("section-".length));
    send(res, JSON.stringify({ section, user, post }));
  },
  middleware(req, res) {
    const user = parse(req.headers.cookie ?? "").session ?? "nobody";
    const cookie = serialize("seen", "1", { path: "/", httpOnly: true });
    send(res, JSON.stringify({ ...hello(), user }), ["x-served-by", "bench", "set-cookie", cookie]);
  },
  echo(req, res) {
    const chunks = [];
    req.on("data", (chunk) => chunks.push(chunk));
    req.on("end", () => {
      send(res, JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())));
    });
  },
};

function send(res, text, headers = []) {
  const length = String(Buffer.byteLength(text));
  res.writeHead(200, [...headers, "content-type", "application/json", "content-length", length]);
  res.end(text);
}
