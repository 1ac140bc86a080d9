// The endpoints as a function from Request to Response, for adapters that have no router of their own.
import { parse, serialize } from "cookie";
import { CHUNK, CHUNKS, hello, MEGABYTE, PART } from "../payloads.mjs";

const megabyte = new Uint8Array(MEGABYTE).fill(120);
const part = new Uint8Array(PART).fill(120);
const chunk = new TextEncoder().encode(CHUNK);

export const bytesType = { "content-type": "application/octet-stream" };
export const textType = { "content-type": "text/plain" };

/**
 * @param {import("../scenarios.mjs").Scenario} scenario
 * @param {typeof Response} Answer the class that endpoints use
 * @returns {(request: Request) => Response | Promise<Response>}
 */
export function fetchFor({ route }, Answer = Response) {
  return endpoints[route](Answer);
}

export const megabyteBody = () => megabyte;
export const streamBody = () => repeat(part, MEGABYTE / PART);
export const chunksBody = () => repeat(chunk, CHUNKS);

const endpoints = {
  json: (Answer) => () => Answer.json(hello()),
  params: (Answer) => (request) => {
    const [, , , name, user, , post] = request.url.split("/");
    const section = Number(name.slice("section-".length));
    return Answer.json({
      section,
      user: decodeURIComponent(user),
      post: decodeURIComponent(post),
    });
  },
  middleware(Answer) {
    const endpoint = (_request, { user }) => Answer.json({ ...hello(), user });
    const links = [stamp, findUser, markSeen];
    return (request) => {
      const locals = {};
      const from = (at) =>
        at === links.length
          ? endpoint(request, locals)
          : links[at](request, locals, () => from(at + 1));
      return from(0);
    };
  },
  echo: (Answer) => async (request) => Answer.json(await request.json()),
  buffer: (Answer) => () => new Answer(megabyte, { headers: bytesType }),
  stream: (Answer) => () => new Answer(streamBody(), { headers: bytesType }),
  chunks: (Answer) => () => new Answer(chunksBody(), { headers: textType }),
};

async function stamp(_request, _locals, next) {
  const response = await next();
  response.headers.set("x-served-by", "bench");
  return response;
}

function findUser(request, locals, next) {
  locals.user = parse(request.headers.get("cookie") ?? "").session ?? "nobody";
  return next();
}

async function markSeen(_request, _locals, next) {
  const response = await next();
  response.headers.append("set-cookie", serialize("seen", "1", { path: "/", httpOnly: true }));
  return response;
}

function repeat(bytes, count) {
  let left = count;
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
}
