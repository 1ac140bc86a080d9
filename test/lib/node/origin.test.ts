import { describe, expect, it } from "vitest";
import { toOrigin } from "../../../lib/node/origin.ts";

describe("toOrigin", () => {
  it.each([
    ["h.test", "http://h.test"],
    ["H.Test:8080", "http://h.test:8080"],
    ["h.test:80", "http://h.test"],
    ["h.test:", "http://h.test"],
    ["127.0.0.1:3000", "http://127.0.0.1:3000"],
    ["[::1]", "http://[::1]"],
    ["[2001:db8::1]:65535", "http://[2001:db8::1]:65535"],
    ["my_service", "http://my_service"],
  ])("accepts %s", (authority, origin) => {
    expect(toOrigin("http", authority)).toBe(origin);
  });

  it("keeps the scheme", () => {
    expect(toOrigin("https", "h.test:443")).toBe("https://h.test");
  });

  it.each([
    "",
    " ",
    "h.test/admin/secret?",
    "h.test/",
    "h.test?x",
    "h.test#x",
    "user@h.test",
    "user:pass@h.test",
    "h.test\\x",
    "h.test,evil.test",
    "h test",
    "h%2etest",
    "h.test:65536",
    "h.test:80:80",
    "h.test:8o",
    "[::1",
    "::1",
    "[fe80::1%25eth0]",
    "[not:an:address]",
    "1.2.3.4.5",
    "1.2.3.256",
    "h.test\u0000",
    "hé.test",
    "<h>",
  ])("refuses %j with a 400", (authority) => {
    expect(() => toOrigin("http", authority)).toThrowError(
      expect.objectContaining({ code: "STARBRIDGE_BAD_HOST", statusCode: 400 }),
    );
  });

  it("stays correct over more hosts than it remembers", () => {
    for (let number = 0; number < 100; number++) {
      expect(toOrigin("http", `h${number}.test`)).toBe(`http://h${number}.test`);
    }
    expect(toOrigin("http", "h0.test")).toBe("http://h0.test");
  });
});
