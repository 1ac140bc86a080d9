// What a bare connect guest has to do itself: proxies are believed by patterns, nobody else answers a 404.
import type { APIContext, BridgeOptions } from "starbridge";
import { expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";

const GET = ({ url, clientAddress, host }: APIContext): Response =>
  Response.json([url.origin, clientAddress, host.kind]);

/** Registers what is special about hosts that have no trust setting of their own. */
export function connectManners(host: HostName): void {
  const asked = async (
    allowedDomains: NonNullable<BridgeOptions["security"]>["allowedDomains"],
    headers: Record<string, string>,
  ) => {
    const server = await start(host, {
      options: { routes: { "a.ts": { GET } }, security: { allowedDomains } },
    });
    const [origin, address] = (await (await server.fetch("/a", { headers })).json()) as string[];
    return { origin: origin ?? "", address, own: server.origin };
  };
  const forwarded = (name: string) => ({
    "x-forwarded-host": name,
    "x-forwarded-proto": "https",
    "x-forwarded-for": "203.0.113.9, 10.0.0.1",
  });

  // X-21 X-23 X-30
  it.each([
    [[{ hostname: "shop.example" }], "shop.example"],
    [[{ hostname: "*.shop.example" }], "eu.shop.example"],
    [[{ hostname: "**.shop.example" }], "a.b.shop.example"],
    [[{ hostname: "shop.example", protocol: "https" }], "shop.example"],
    [[{ hostname: "shop.example", port: "8443" }], "shop.example:8443"],
    [[{}], "any.example"],
  ])("believes forwarded headers of a host that %j allows", async (patterns, name) => {
    const seen = await asked(patterns, forwarded(name));
    expect([seen.origin, seen.address]).toEqual([`https://${name}`, "203.0.113.9"]);
  });

  // X-21 X-22 X-30
  it.each([
    [[{ hostname: "shop.example" }], "evil.test"],
    [[{ hostname: "*.shop.example" }], "a.b.shop.example"],
    [[{ hostname: "*.shop.example" }], "shop.example"],
    [[{ hostname: "shop.example" }], "shop.example/admin"],
    [[{ hostname: "shop.example" }], "shop.example\\admin"],
    [[{ hostname: "shop.example", port: "8443" }], "shop.example:9000"],
    [[], "shop.example"],
  ])("believes no host and no address that %j does not allow: %s", async (patterns, name) => {
    const seen = await asked(patterns, forwarded(name));
    expect(seen.origin.replace(/^https/, "http")).toBe(seen.own);
    expect(seen.address).toBe("127.0.0.1");
  });

  it("names itself node to its pages", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { GET } } } });
    expect(((await (await server.fetch("/a")).json()) as string[])[2]).toBe("node");
  });
}
