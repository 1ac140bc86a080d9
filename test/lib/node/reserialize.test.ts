import { parse } from "node:querystring";
import express from "express";
import { describe, expect, it } from "vitest";
import { isJson, isUrlencoded, toJson, toUrlencoded } from "../../../lib/node/reserialize.ts";
import { servers } from "./_servers.ts";

const start = servers();

describe("content types", () => {
  it.each(["application/json", "Application/JSON; charset=utf-8", " text/json", "a/b+json;x"])(
    "%j is JSON",
    (type) => {
      expect(isJson(type)).toBe(true);
    },
  );

  it.each([undefined, "", "text/plain", "application/jsonp", "text/plain; x=application/json"])(
    "%j is not JSON",
    (type) => {
      expect(isJson(type)).toBe(false);
    },
  );

  it("tells ordinary forms from multipart ones", () => {
    expect(isUrlencoded("Application/X-WWW-form-urlencoded ; charset=utf-8")).toBe(true);
    expect(isUrlencoded("multipart/form-data; boundary=x")).toBe(false);
  });
});

describe("toUrlencoded", () => {
  it("gives what Express's extended parser reads back", async () => {
    const app = express();
    app.post("/", express.urlencoded({ extended: true }), (req, res) => {
      res.json(req.body);
    });
    const { get } = await start.http(app);
    const values = {
      plain: "a b&c=d+é",
      user: { name: "z", address: { city: "Łódź" } },
      list: ["x", "y"],
      one: ["single"],
      rows: [{ a: "1" }, { a: "2", b: ["3", "4"] }],
      empty: "",
    };
    const answer = await get("/", {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: toUrlencoded(values),
    });
    expect(await answer.json()).toEqual(values);
  });

  it("repeats the field of a list, as forms do", () => {
    const body = toUrlencoded(parse("a=1&a=2&b=3"));
    expect(new URLSearchParams(body).getAll("a")).toEqual(["1", "2"]);
    expect(body).toBe("a=1&a=2&b=3");
  });

  it("writes numbers, booleans and null, leaves undefined out", () => {
    expect(toUrlencoded({ a: 1, b: false, c: null, d: undefined })).toBe("a=1&b=false&c=");
  });

  it("survives a lone surrogate", () => {
    expect(toUrlencoded({ a: "\ud800" })).toBe("a=%EF%BF%BD");
  });

  it("refuses an object that contains itself", () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(() => toUrlencoded(cyclic)).toThrow(TypeError);
  });
});

describe("toJson", () => {
  it("refuses what has no JSON text", () => {
    expect(() => toJson(undefined)).toThrow(TypeError);
    expect(() => toJson(() => {})).toThrow(TypeError);
  });
});
