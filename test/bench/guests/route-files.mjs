// Files for the routers that map files to the host's own routes: handlers in the host's own manner.
import { hello } from "../payloads.mjs";
import { filesOf } from "../pages.mjs";

const helloText = JSON.stringify(hello());

/** Text of each file below `routes/`, by its path: Express handlers for express-file-routing. */
export function expressFiles(project) {
  return {
    "api/hello.js":
      project === "middleware"
        ? `export const get = (_req, res) => {
  res.json({ ...${helloText}, user: res.locals.user });
};
`
        : `export const get = (_req, res) => {
  res.json(${helloText});
};
`,
    "api/echo.js": `import express from "express";
export const post = [express.json({ limit: "2mb" }), (req, res) => {
  res.json(req.body);
}];
`,
    ...eachSection(
      project,
      (section) => `section-${section}/[user]/posts/[post].js`,
      (section) => `export const get = (req, res) => {
  res.json({ section: ${section}, user: req.params.user, post: req.params.post });
};
`,
    ),
  };
}

/** Text of each file below `routes/`, by its path: plugins for @fastify/autoload, folders as prefixes. */
export function fastifyFiles(project) {
  const user = project === "middleware" ? ", user: request.user" : "";
  return {
    "api/index.js": `export default async function api(app) {
  app.get("/hello", (request, reply) => {
    reply.send({ ...${helloText}${user} });
  });
  app.post("/echo", (request, reply) => {
    reply.send(request.body);
  });
}
`,
    ...eachSection(
      project,
      (section) => `section-${section}/_user/posts/_post/index.js`,
      (section) => `export default async function section(app) {
  app.get("/", ({ params }, reply) => {
    reply.send({ section: ${section}, user: params.user, post: params.post });
  });
}
`,
    ),
  };
}

function eachSection(project, pathOf, textOf) {
  const count = project.startsWith("sections-") ? Object.keys(filesOf(project)).length : 0;
  const sections = Array.from({ length: count }, (_, section) => section);
  return Object.fromEntries(sections.map((section) => [pathOf(section), textOf(section)]));
}
