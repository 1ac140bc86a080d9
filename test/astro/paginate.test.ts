import type { BridgeError, GetStaticPathsItem, PaginateOptions } from "starbridge";
import { describe, expect, it } from "vitest";
import { createPaginate } from "../../lib/build/paginate.ts";
import { parseRouteFile } from "../../lib/routes/parse.ts";
import { built } from "../build/_project.ts";

function paginate(file: string, data: unknown[], options?: PaginateOptions): GetStaticPathsItem[] {
  return createPaginate(parseRouteFile(file), `src/pages/${file}`)(data, options);
}

const letters = [..."abcdefghijkl"];

describe("paginate()", () => {
  // P-40
  it("needs a parameter called page", () => {
    let failure: BridgeError | undefined;
    try {
      paginate("list/[number].ts", letters);
    } catch (error) {
      failure = error as BridgeError;
    }
    expect(failure?.name).toBe("PageNumberParamNotFound");
    expect(failure?.message).toContain("src/pages/list/[number].ts");
  });

  // P-40
  it("makes pages of ten, or of what is asked for", () => {
    expect(paginate("[page].ts", letters).map(({ props }) => props?.page.data.length)).toEqual([
      10, 2,
    ]);
    const three = paginate("[page].ts", letters, { pageSize: 5 });
    expect(three.map(({ props }) => props?.page.data.join(""))).toEqual(["abcde", "fghij", "kl"]);
  });

  // P-41
  it("numbers pages as text, and leaves the number of the first out where it may", () => {
    const numbers = (file: string) =>
      paginate(file, letters, { pageSize: 4 }).map(({ params }) => params.page);
    expect(numbers("[page].ts")).toEqual(["1", "2", "3"]);
    expect(numbers("[...page].json.ts")).toEqual([undefined, "2", "3"]);
  });

  // P-40
  it("adds params and props to each page, and changes URLs as told", () => {
    const [first] = paginate("[tag]/[page].ts", letters, {
      params: { tag: "x" },
      props: { title: "X" },
      format: (url) => `https://example.com${url}`,
    });
    expect(first?.params).toEqual({ tag: "x", page: "1" });
    expect(first?.props?.title).toBe("X");
    expect(first?.props?.page.url).toMatchObject({
      current: "https://example.com/x/1",
      next: "https://example.com/x/2",
    });
  });

  // P-42
  it("tells each page where it is", () => {
    const pages = paginate("list/[page].ts", letters, { pageSize: 5 });
    const [first, second, third] = pages.map(({ props }) => props?.page);
    expect(first).toEqual({
      data: [..."abcde"],
      start: 0,
      end: 4,
      size: 5,
      total: 12,
      currentPage: 1,
      lastPage: 3,
      url: {
        current: "/list/1",
        next: "/list/2",
        prev: undefined,
        first: undefined,
        last: "/list/3",
      },
    });
    expect(second.url).toEqual({
      current: "/list/2",
      next: "/list/3",
      prev: "/list/1",
      first: "/list/1",
      last: "/list/3",
    });
    expect(third).toMatchObject({ start: 10, end: 11, data: ["k", "l"] });
    expect(third.url).toMatchObject({ next: undefined, last: undefined, first: "/list/1" });
  });

  // P-40
  it("takes what is no size for ten, and all on one page as it is meant", () => {
    for (const pageSize of [0, Number.NaN, null as unknown as number, undefined]) {
      const sizes = paginate("[page].ts", letters, { pageSize: pageSize as number });
      expect(sizes.map(({ props }) => props?.page.data.length)).toEqual([10, 2]);
    }
    const [all, ...more] = paginate("[page].ts", letters, { pageSize: Number.POSITIVE_INFINITY });
    expect(more).toEqual([]);
    expect(all?.props?.page).toMatchObject({ data: letters, start: 0, end: 11, lastPage: 1 });
  });

  // P-42
  it("spells its URLs with the slash that the options ask for", () => {
    const urls = (file: string) =>
      createPaginate(
        parseRouteFile(file),
        `src/pages/${file}`,
        true,
      )(letters, { pageSize: 6 }).map(({ props }) => props?.page.url.current);
    expect(urls("list/[page].ts")).toEqual(["/list/1/", "/list/2/"]);
    expect(urls("[...page].ts")).toEqual(["/", "/2/"]);
    expect(urls("list/[page].json.ts")).toEqual(["/list/1.json", "/list/2.json"]);
  });

  // P-42
  it("makes one page of nothing", () => {
    const pages = paginate("[page].ts", []);
    expect(pages).toHaveLength(1);
    expect(pages[0]?.props?.page).toMatchObject({
      data: [],
      total: 0,
      currentPage: 1,
      lastPage: 1,
    });
  });

  it("takes params that are texts, as getStaticPaths does", () => {
    const params = { tag: 4 } as never;
    expect(() => paginate("[tag]/[page].ts", letters, { params })).toThrow(
      expect.objectContaining({
        name: "GetStaticPathsInvalidRouteParam",
        code: "STARBRIDGE_GET_STATIC_PATHS_INVALID_ROUTE_PARAM",
        message: expect.stringContaining('The param "tag" of getStaticPaths of src/pages/[tag]/'),
      }),
    );
  });

  it.each([
    ["an instance of Set", new Set([1, 2])],
    ["an object", { length: 3 }],
    ["a string", "abc"],
    ["undefined", undefined],
  ])("takes a list, and not %s", (actual, data) => {
    expect(() => paginate("[page].ts", data as never)).toThrow(
      expect.objectContaining({
        code: "STARBRIDGE_GET_STATIC_PATHS_FAILED",
        message: `getStaticPaths of src/pages/[page].ts failed: paginate() takes a list, and it was given ${actual}.`,
      }),
    );
  });

  // P-40 P-41
  it("prerenders an endpoint page by page", async () => {
    const app = await built({
      "src/pages/items/[...page].json.ts": `
        import type { GetStaticPaths, APIRoute } from "astro";
        export const prerender = true;
        export const getStaticPaths: GetStaticPaths = ({ paginate }) => paginate([1, 2, 3], { pageSize: 2 });
        export const GET: APIRoute = ({ props, params }) => Response.json([params.page ?? null, props.page.data, props.page.url.next ?? null]);
      `,
    });
    expect(await app.json("/items/.json")).toEqual([null, [1, 2], "/items/2.json"]);
    expect(await app.json("/items/2.json")).toEqual(["2", [3], null]);
    expect(await app.status("/items/3.json")).toBe(404);
  });
});
