// Which `Response` a page means: the light one, by the name alone, and nobody else's.
import { describe, expect, it } from "vitest";
import { built } from "./_project.ts";

const PAGE = `import { made } from "../made.ts";
import { Response as Packaged } from "parts";
function own(Response: unknown): unknown { return Response; }
class Mine extends Response {}
export const GET = () => Response.json([
  Response === globalThis.Response,
  made === Response,
  Packaged === globalThis.Response,
  own("given"),
  typeof Response,
  new Mine("x") instanceof Mine && new Mine("x") instanceof globalThis.Response,
  new globalThis.Response() instanceof Response,
  new Response() instanceof globalThis.Response,
]);
`;

const files = {
  "src/pages/a.ts": PAGE,
  "src/pages/declared.ts": `const Response = { json: (value: unknown) => new globalThis.Response(JSON.stringify(value)) };
export const GET = () => Response.json("of the page");
`,
  "src/made.ts": "export const made = Response;\n",
  "src/middleware.ts": `export const onRequest = async (_context, next) => {
  const response = await next();
  response.headers.set("x-same", String(Response === globalThis.Response));
  return response;
};
`,
  "node_modules/parts/package.json":
    '{ "name": "parts", "type": "module", "exports": "./parts.js" }',
  "node_modules/parts/parts.js": "const mine = Response;\nexport { mine as Response };\n",
};

describe("the name Response in a build", () => {
  it("is the light one in pages, middleware and their own modules, and in no package", async () => {
    const app = await built(files);
    const response = await app.fetch("/a");
    expect(response.headers.get("x-same")).toBe("false");
    expect(await response.json()).toEqual([
      false,
      true,
      true,
      "given",
      "function",
      true,
      true,
      true,
    ]);
  });

  it("is what a module declares by itself", async () => {
    expect(await (await built(files)).json("/declared")).toBe("of the page");
  });

  it("is the platform's with `lightResponse: false`", async () => {
    const app = await built(files, { lightResponse: false });
    const response = await app.fetch("/a");
    expect(response.headers.get("x-same")).toBe("true");
    expect(((await response.json()) as unknown[]).slice(0, 3)).toEqual([true, true, true]);
  });
});
