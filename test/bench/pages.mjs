// The pages of each project: what a user of Starbridge and of Astro alike would write. Nothing in them knows who serves them.
import { CHUNK, CHUNKS, jsonOf, MEGABYTE, PART } from "./payloads.mjs";

const HELLO = `export const GET = () => Response.json({ message: "hello", id: 7, ok: true });\n`;

/** Text of each file of a project, by its path. */
export function filesOf(project) {
  const many = /^sections-(\d+)$/.exec(project);
  if (many) return sections(Number(many[1]));
  return project === "middleware" ? middleware() : basic();
}

function basic() {
  return {
    "src/pages/api/hello.js": HELLO,
    "src/pages/api/echo.js":
      "export const POST = async ({ request }) => Response.json(await request.json());\n",
    "src/pages/api/buffer.js": `const body = new Uint8Array(${MEGABYTE}).fill(120);
const headers = { "content-type": "application/octet-stream" };
export const GET = () => new Response(body, { headers });
`,
    "src/pages/api/stream.js": stream(`new Uint8Array(${PART}).fill(120)`, {
      count: MEGABYTE / PART,
      type: "application/octet-stream",
    }),
    "src/pages/api/chunks.js": stream(`new TextEncoder().encode(${JSON.stringify(CHUNK)})`, {
      count: CHUNKS,
      type: "text/plain",
    }),
    "src/pages/data/table.json.js": `export const prerender = true;
const body = ${JSON.stringify(jsonOf(10_240))};
export const GET = () => new Response(body, { headers: { "content-type": "application/json" } });
`,
  };
}

function stream(part, { count, type }) {
  return `const part = ${part};
const headers = { "content-type": "${type}" };
export const GET = () => {
  let left = ${count};
  const body = new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(part);
      else controller.close();
    },
  });
  return new Response(body, { headers });
};
`;
}

function middleware() {
  return {
    "src/middleware.js": `import { defineMiddleware, sequence } from "astro:middleware";

const stamp = defineMiddleware(async (context, next) => {
  const response = await next();
  response.headers.set("x-served-by", "bench");
  return response;
});

const user = defineMiddleware((context, next) => {
  context.locals.user = context.cookies.get("session")?.value ?? "nobody";
  return next();
});

const seen = defineMiddleware((context, next) => {
  context.cookies.set("seen", "1", { path: "/", httpOnly: true });
  return next();
});

export const onRequest = sequence(stamp, user, seen);
`,
    "src/pages/api/hello.js": `export const GET = ({ locals }) =>
  Response.json({ message: "hello", id: 7, ok: true, user: locals.user });
`,
  };
}

function sections(count) {
  const files = {};
  for (let section = 0; section < count; section++) {
    files[`src/pages/section-${section}/[user]/posts/[post].js`] =
      `export const GET = ({ params }) =>
  Response.json({ section: ${section}, user: params.user, post: params.post });
`;
  }
  return files;
}
