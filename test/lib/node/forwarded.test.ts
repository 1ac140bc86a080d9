import { describe, expect, it } from "vitest";
import { readForwarded } from "../../../lib/node/forwarded.ts";
import type { DomainPattern } from "../../../lib/types.ts";

function read(headers: Record<string, string>, patterns: DomainPattern[], authority = "h.test") {
  return readForwarded((name) => headers[name], { protocol: "http", authority }, patterns);
}

const all = {
  "x-forwarded-proto": "https, http",
  "x-forwarded-host": "public.test , inner.test",
  "x-forwarded-port": "8443",
  "x-forwarded-for": "6.6.6.6, 7.7.7.7",
};

//
describe("readForwarded", () => {
  it("believes nothing without patterns", () => {
    expect(read(all, [])).toEqual({ protocol: "http", authority: "h.test", address: undefined });
  });

  it("takes the first value of each header for a host that is allowed", () => {
    expect(read(all, [{ hostname: "public.test" }])).toEqual({
      protocol: "https",
      authority: "public.test",
      address: "6.6.6.6",
    });
  });

  it("takes the protocol also when the host is not believed", () => {
    expect(read(all, [{ hostname: "other.test" }])).toEqual({
      protocol: "https",
      authority: "h.test",
      address: undefined,
    });
  });

  it("takes only the protocols that patterns name, where one does", () => {
    expect(read(all, [{ hostname: "public.test", protocol: "http" }]).protocol).toBe("http");
    expect(read({ "x-forwarded-proto": "javascript" }, [{}]).protocol).toBe("http");
  });

  it("takes a port only when a pattern has that very port", () => {
    expect(read(all, [{ hostname: "public.test", port: "8443" }]).authority).toBe(
      "public.test:8443",
    );
    expect(read(all, [{ hostname: "public.test", port: "9000" }]).authority).toBe("h.test");
  });

  it("matches one label with *., any number with **.", () => {
    const host = (name: string, pattern: string) =>
      read({ "x-forwarded-host": name }, [{ hostname: pattern }]).authority;
    expect(host("a.x.test", "*.x.test")).toBe("a.x.test");
    expect(host("A.X.test", "*.x.test")).toBe("A.X.test");
    expect(host("a.b.x.test", "*.x.test")).toBe("h.test");
    expect(host("x.test", "*.x.test")).toBe("h.test");
    expect(host("a.b.x.test", "**.x.test")).toBe("a.b.x.test");
    expect(host("x.test", "**.x.test")).toBe("h.test");
    expect(host("evilx.test", "**.x.test")).toBe("h.test");
  });

  it.each(["public.test/x", "public.test\\x", "a:1:2", "", "public.test:x"])(
    "takes no host like %j, even when all are allowed",
    (name) => {
      expect(read({ "x-forwarded-host": name }, [{}]).authority).toBe("h.test");
    },
  );

  it("believes the address when the Host itself is allowed", () => {
    const headers = { "x-forwarded-for": "6.6.6.6" };
    expect(read(headers, [{ hostname: "h.test" }]).address).toBe("6.6.6.6");
    // The Host is matched with the protocol of the socket.
    expect(read(headers, [{ hostname: "h.test", protocol: "https" }]).address).toBeUndefined();
  });
});
