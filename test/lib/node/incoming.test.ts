import { createServer as createTlsServer } from "node:https";
import { request as tlsRequest } from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { PlainIncoming } from "../../../lib/node/incoming.ts";
import type { DomainPattern } from "../../../lib/types.ts";
import { incomingOf, requestOf, servers } from "./_servers.ts";

const start = servers();

/** Serves the facts of each request as JSON. */
async function reporting(allowedDomains: DomainPattern[] = []) {
  return start.http((req, res) => {
    const place = { pathname: "/a", mount: "/mnt", search: "?b=c" };
    const incoming = new PlainIncoming(req, res, place, 0, allowedDomains);
    const report = () => ({
      method: incoming.method,
      origin: incoming.origin,
      mount: incoming.mount,
      pathname: incoming.pathname,
      search: incoming.search,
      clientAddress: incoming.clientAddress,
    });
    try {
      res.end(JSON.stringify(report()));
    } catch (error) {
      res.statusCode = (error as { statusCode: number }).statusCode;
      res.end((error as { code: string }).code);
    }
  });
}

describe("the facts of a request", () => {
  it("are those of the connection, and what the bridge says of the place", async () => {
    const { get, port } = await reporting();
    expect(await (await get("/mnt/a?b=c", { method: "PATCH" })).json()).toEqual({
      method: "PATCH",
      origin: `http://127.0.0.1:${port}`,
      mount: "/mnt",
      pathname: "/a",
      search: "?b=c",
      clientAddress: "127.0.0.1",
    });
  });

  it("do not listen to forwarded headers, unless the host is an allowed domain", async () => {
    const forwarded = [
      "GET / HTTP/1.1",
      "X-Forwarded-Host: public.test",
      "X-Forwarded-Proto: https",
      "X-Forwarded-For: 6.6.6.6, 7.7.7.7",
    ];
    const [closed, trusting] = [await reporting(), await reporting([{ hostname: "public.test" }])];
    const one = await closed.open();
    one.send(forwarded);
    expect(JSON.parse((await one.answer()).body)).toMatchObject({
      origin: "http://h.test",
      clientAddress: "127.0.0.1",
    });
    const other = await trusting.open();
    other.send(forwarded);
    expect(JSON.parse((await other.answer()).body)).toMatchObject({
      origin: "https://public.test",
      clientAddress: "6.6.6.6",
    });
  });

  it("have no origin where the host is none, which is a 400", async () => {
    const { open } = await reporting();
    for (const host of ["", "h.test/admin/secret?", "a b", "user@h.test", "h.test:99999"]) {
      const connection = await open();
      connection.send(`GET / HTTP/1.1\r\nHost: ${host}`);
      const answer = await connection.answer();
      expect([host, answer.status, answer.body]).toEqual([host, 400, "STARBRIDGE_BAD_HOST"]);
    }
  });

  it("have a fixed origin where HTTP/1.0 gives none", async () => {
    const { open } = await reporting();
    const connection = await open();
    connection.send("GET / HTTP/1.0");
    expect(JSON.parse((await connection.answer()).body).origin).toBe("http://localhost");
  });

  it("have the scheme of a connection with TLS", async () => {
    const server = createTlsServer(
      // Anonymous key exchange: no certificate needed for a test of the scheme.
      { ciphers: "aNULL:@SECLEVEL=0", maxVersion: "TLSv1.2" },
      (req, res) => void res.end(incomingOf(req, res).origin),
    ).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const req = tlsRequest({
      port,
      host: "127.0.0.1",
      headers: { host: "h.test" },
      ciphers: "aNULL:@SECLEVEL=0",
      maxVersion: "TLSv1.2",
      rejectUnauthorized: false,
    }).end();
    const [res] = await once(req, "response");
    let text = "";
    for await (const chunk of res) text += chunk;
    server.close();
    expect(text).toBe("https://h.test");
  });

  it("on HTTP/2 come from :authority", async () => {
    const { open } = await start.http2((req, res) => {
      const incoming = incomingOf(req, res);
      res.end(`${incoming.origin} ${incoming.clientAddress} ${incoming.header("x-a")}`);
    });
    const stream = open({ ":authority": "h.test:8080", "x-a": "b" });
    let text = "";
    for await (const chunk of stream.setEncoding("utf8")) text += chunk;
    expect(text).toBe("http://h.test:8080 127.0.0.1 b");
  });
});

describe("the headers of a request", () => {
  it("are read by own names only", async () => {
    const seen: unknown[] = [];
    const { open } = await start.http((req, res) => {
      const incoming = incomingOf(req, res);
      for (const name of ["__proto__", "constructor", "hasownproperty", "tostring", "x-none"]) {
        seen.push(incoming.header(name));
      }
      const { headers } = requestOf(incoming);
      seen.push(headers.get("constructor"), headers.get("hasOwnProperty"));
      res.end();
    });
    const connection = await open();
    connection.send("GET / HTTP/1.1\r\n__proto__: x\r\nconstructor: y\r\nhasOwnProperty: z");
    expect((await connection.answer()).status).toBe(200);
    expect([undefined, "x"]).toContain(seen[0]);
    expect(seen.slice(1)).toEqual(["y", "z", undefined, undefined, "y", "z"]);
  });

  it("are those of the moment, joined as Fetch does", async () => {
    const seen: unknown[] = [];
    const { open } = await start.http((req, res) => {
      req.headers["x-added"] = "by host";
      req.headers["x-list"] = ["a", "b"];
      req.headers["x-bad name"] = "dropped";
      delete req.headers["x-removed"];
      const incoming = incomingOf(req, res);
      const { headers } = requestOf(incoming);
      for (const name of ["x-added", "x-list", "x-removed", "cookie", "x-twice", "set-cookie"]) {
        seen.push([incoming.header(name) ?? null, headers.get(name)]);
      }
      seen.push(headers.getSetCookie());
      res.end();
    });
    const connection = await open();
    connection.send([
      "GET / HTTP/1.1",
      "X-Removed: 1",
      "Cookie: a=1",
      "Cookie: b=2",
      "X-Twice: 1",
      "X-Twice: 2",
      "Set-Cookie: c=1",
      "Set-Cookie: d=2",
    ]);
    await connection.answer();
    expect(seen).toEqual([
      ["by host", "by host"],
      ["a, b", "a, b"],
      [null, null],
      ["a=1; b=2", "a=1; b=2"],
      ["1, 2", "1, 2"],
      ["c=1, d=2", "c=1, d=2"],
      ["c=1", "d=2"],
    ]);
  });
});

describe("the Request", () => {
  it("is genuine: it can be cloned, wrapped and given to fetch", async () => {
    const upstream = await start.http(async (req, res) => {
      let text = "";
      for await (const chunk of req) text += chunk;
      res.end(`${req.method} ${req.headers["x-a"]} ${text}`);
    });
    const seen: unknown[] = [];
    const { open } = await start.http(async (req, res) => {
      const request = requestOf(incomingOf(req, res));
      seen.push(request instanceof Request, request.clone() instanceof Request);
      const forwarded = await fetch(new Request(upstream.origin, request));
      res.end(await forwarded.text());
    });
    for (const framing of ["Transfer-Encoding: chunked", "Content-Length: 4"]) {
      const connection = await open();
      const body = framing.startsWith("T") ? "4\r\ntext\r\n0\r\n\r\n" : "text";
      const hop = "Connection: close, x-b\r\nKeep-Alive: timeout=5\r\nTE: trailers";
      connection.send(`POST / HTTP/1.1\r\nX-A: b\r\n${hop}\r\n${framing}`, body);
      expect((await connection.answer()).body).toBe("POST b text");
    }
    expect(new Set(seen)).toEqual(new Set([true]));
  });

  it("has the method as it came", async () => {
    const { get } = await start.http((req, res) => {
      res.end(requestOf(incomingOf(req, res)).method);
    });
    for (const method of ["GET", "DELETE", "OPTIONS", "PROPFIND", "PATCH"]) {
      expect(await (await get("/", { method })).text()).toBe(method);
    }
  });

  it("is ready for context.host: kind, req, res and where the body came from", async () => {
    const { get } = await start.http((req, res) => {
      const incoming = incomingOf(req, res);
      const host = incoming.host as unknown as Record<string, unknown>;
      const same = incoming.host === (incoming.host as unknown);
      res.end(
        JSON.stringify([host.kind, host.req === req, host.res === res, host.bodySource, same]),
      );
    });
    const answer = await get("/", { method: "POST", body: "text" });
    expect(await answer.json()).toEqual(["node", true, true, "stream", true]);
  });
});
