// context.cookies: reading and writing.
import fc from "fast-check";
import { createContext } from "starbridge";
import { describe, expect, it } from "vitest";

/** A jar over a Cookie header. */
const jar = (cookie?: string) =>
  createContext({
    request: new Request("http://x.test/", cookie === undefined ? {} : { headers: { cookie } }),
    defaultLocale: "",
  }).cookies;
const sent = (cookies: ReturnType<typeof jar>) => [...cookies.headers()];

describe("reading", () => {
  // K-01
  it("takes the first of two equal names, and keeps quotes in the value", () => {
    const cookies = jar('a=1; b="quoted"; a=2');
    expect(cookies.get("a")?.value).toBe("1");
    expect(cookies.get("b")?.value).toBe('"quoted"');
  });

  // K-02
  it("decodes values as URI components, or with a decoder of one's own", () => {
    const cookies = jar("a=x%20y%2Fz; bad=%zz");
    expect(cookies.get("a")?.value).toBe("x y/z");
    expect(cookies.get("a", { decode: (raw) => raw.toLowerCase() })?.value).toBe("x%20y%2fz");
    expect(cookies.get("bad")?.value).toBe("%zz");
    const failing = () => {
      throw new Error("no");
    };
    expect(cookies.get("a", { decode: failing })?.value).toBe("x%20y%2Fz");
  });

  // K-02 K-03
  it("has an empty cookie but does not get it", () => {
    const cookies = jar("empty=; a=1");
    expect(cookies.get("empty")).toBeUndefined();
    expect(cookies.has("empty")).toBe(true);
    expect(cookies.get("none")).toBeUndefined();
    expect(cookies.has("none")).toBe(false);
  });

  // K-02 K-03
  it("prefers what is pending over the request", () => {
    const cookies = jar("a=old; b=old");
    cookies.set("a", "new");
    cookies.delete("b");
    expect([cookies.get("a")?.value, cookies.has("a")]).toEqual(["new", true]);
    expect([cookies.get("b"), cookies.has("b")]).toEqual([undefined, false]);
    cookies.set("b", "again");
    expect([cookies.get("b")?.value, cookies.has("b")]).toEqual(["again", true]);
  });

  // K-03 D-83
  it("does not find names that objects inherit", () => {
    const cookies = jar("a=1");
    for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
      expect(cookies.has(name)).toBe(false);
      expect(cookies.get(name)).toBeUndefined();
    }
    expect(jar("__proto__=x; toString=y").get("__proto__")?.value).toBe("x");
  });

  // K-04
  it("gives values as text, JSON, number and boolean", () => {
    const cookies = jar(`json=${encodeURIComponent('{"a":[1]}')}; n=42; t=text; f=false; z=0; x=x`);
    expect(cookies.get("json")?.json()).toEqual({ a: [1] });
    expect(() => cookies.get("t")?.json()).toThrow(SyntaxError);
    expect(cookies.get("n")?.number()).toBe(42);
    expect(cookies.get("t")?.number()).toBeNaN();
    const truth = (name: string) => cookies.get(name)?.boolean();
    expect(["f", "z", "x", "n"].map(truth)).toEqual([false, false, true, true]);
  });

  // K-04
  it("gives false for a pending empty value", () => {
    const cookies = jar();
    cookies.set("empty", "");
    expect([cookies.get("empty")?.value, cookies.get("empty")?.boolean()]).toEqual(["", false]);
  });
});

describe("writing", () => {
  // K-05
  it("writes strings as they are, objects as JSON and the rest by their toString", () => {
    const cookies = jar();
    const date = new Date(0);
    cookies.set("s", "text");
    cookies.set("o", { a: 1 });
    cookies.set("n", 42 as never);
    cookies.set("b", true as never);
    cookies.set("d", date as never);
    cookies.set("l", [1, 2] as never);
    expect(["s", "o", "n", "b", "d", "l"].map((name) => cookies.get(name)?.value)).toEqual([
      "text",
      '{"a":1}',
      "42",
      "true",
      date.toString(),
      "1,2",
    ]);
    expect(() => cookies.set("x", null as never)).toThrow(TypeError);
    expect(() => cookies.set("x", undefined as never)).toThrow(TypeError);
  });

  // K-06
  it("leaves plain values alone and URI-encodes the others, or asks the given encoder", () => {
    const cookies = jar();
    cookies.set("plain", "a/b:c=d+e@f");
    cookies.set("space", "a b;c,d");
    cookies.set("json", { a: "é" });
    cookies.set("own", "x y", { encode: (value) => value.replace(" ", "_") });
    expect(sent(cookies)).toEqual([
      "plain=a/b:c=d+e@f",
      "space=a%20b%3Bc%2Cd",
      "json=%7B%22a%22%3A%22%C3%A9%22%7D",
      "own=x_y",
    ]);
  });

  // K-06
  it("writes the attributes in a fixed order, and none by itself", () => {
    const cookies = jar();
    cookies.set("a", "1", {
      sameSite: "lax",
      partitioned: true,
      secure: true,
      httpOnly: true,
      expires: new Date(0),
      path: "/p",
      domain: "x.test",
      maxAge: 60,
    });
    cookies.set("b", "2");
    cookies.set("c", "3", { sameSite: true });
    expect(sent(cookies)).toEqual([
      "a=1; Max-Age=60; Domain=x.test; Path=/p; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Secure; Partitioned; SameSite=Lax",
      "b=2",
      "c=3; SameSite=Strict",
    ]);
  });

  // K-07
  it("sends one header per name, the last value in the first place", () => {
    const cookies = jar();
    cookies.set("a", "1");
    cookies.set("b", "1");
    cookies.set("a", "2", { path: "/" });
    expect(sent(cookies)).toEqual(["a=2; Path=/", "b=1"]);
  });

  // K-08 D-83
  it("refuses names and attributes that cannot stand in a header", () => {
    const cookies = jar();
    for (const name of ["a b", "a;b", "a=b", "a\r\nb", ""]) {
      expect(() => cookies.set(name, "1")).toThrow(TypeError);
    }
    expect(() => cookies.set("a", "1", { path: "/\r\nx: y" })).toThrow(TypeError);
    expect(() => cookies.set("a", "1", { domain: "x;y" })).toThrow(TypeError);
    expect(() => cookies.set("a", "1", { sameSite: "lax\r\n" as "lax" })).toThrow(TypeError);
    expect(sent(cookies)).toEqual([]);
  });

  // K-09
  it("deletes with an expiry in the past, keeping where the cookie lives", () => {
    const cookies = jar();
    cookies.delete("plain");
    cookies.delete("a", {
      domain: "x.test",
      path: "/p",
      httpOnly: true,
      secure: true,
      sameSite: "strict",
      partitioned: true,
      ...{ expires: new Date(), maxAge: 60, encode: () => "x" },
    });
    const epoch = "Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    expect(sent(cookies)).toEqual([
      `plain=deleted; ${epoch}`,
      `a=deleted; Domain=x.test; Path=/p; ${epoch}; HttpOnly; Secure; Partitioned; SameSite=Strict`,
    ]);
  });

  // K-10
  it("merges another jar, whose cookies win", () => {
    const [mine, other] = [jar("in=1"), jar()];
    mine.set("a", "mine");
    mine.set("b", "mine");
    other.set("b", "other");
    other.delete("in");
    mine.merge(other);
    expect(mine.get("b")?.value).toBe("other");
    expect(mine.has("in")).toBe(false);
    expect(sent(mine)).toEqual(["a=mine", "b=other", expect.stringMatching(/^in=deleted/)]);
  });

  // K-10
  it("gives the headers as an iterator, and may be consumed", () => {
    const cookies = jar();
    cookies.set("a", "1");
    expect([...cookies.headers()]).toEqual(["a=1"]);
    expect([...cookies.headers()]).toEqual(["a=1"]);
    expect([...cookies.consume()]).toEqual(["a=1"]);
    expect(() => cookies.set("b", "2")).not.toThrow();
  });

  // K-02 K-05 K-06
  it("gives back whatever was written, for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (value) => {
        const cookies = jar();
        cookies.set("name", value);
        const [header = ""] = sent(cookies);
        expect(header).toMatch(/^name=[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/);
        // Cookie octets go out as they are, so a value that looks encoded is read as if it were.
        const plain = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/.test(value);
        const expected = plain ? decoded(value) : value;
        expect(jar(header).get("name")?.value).toBe(expected);
      }),
    );
  });
});

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

describe("the options of set", () => {
  // K-06
  it("may be null, or say null of an encoder", () => {
    const cookies = jar();
    cookies.set("a", "ä", null as never);
    cookies.set("b", "b c", { encode: null as never, path: "/" });
    expect(sent(cookies)).toEqual(["a=%C3%A4", "b=b%20c; Path=/"]);
  });

  // K-06
  it("are what an object has itself, as where the cookie is deleted with it", () => {
    class Options {
      path = "/own";
      get domain(): string {
        return "x.test";
      }
    }
    const cookies = jar();
    cookies.set("a", "1", new Options());
    cookies.set("b", "1", Object.create({ path: "/inherited" }));
    expect(sent(cookies)).toEqual(["a=1; Path=/own", "b=1"]);
    cookies.delete("a", new Options());
    expect(sent(cookies)[0]).not.toContain("Domain");
  });
});
