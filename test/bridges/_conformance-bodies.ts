// What an endpoint reads: bodies nobody touched, absent ones, too large ones.
import { createHash } from "node:crypto";
import type { APIContext } from "starbridge";
import { describe, expect, it } from "vitest";
import { start } from "../_hosts.ts";
import type { HostName } from "../_hosts.ts";
import { within } from "./_quiet.ts";

const echo = async ({ request }: APIContext): Promise<Response> =>
  new Response(await request.text());
const json = { "content-type": "application/json" };

const half = { duplex: "half" } as const;

export function bodies(host: HostName): void {
  it("reads JSON", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> =>
      Response.json({ got: await request.json(), type: request.headers.get("content-type") });
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    const body = JSON.stringify({ hello: "wörld" });
    const answer = await server.fetch("/a", { method: "POST", body, headers: json });
    expect(await answer.json()).toEqual({ got: { hello: "wörld" }, type: "application/json" });
  });

  it("reads text of a type that the host has no parser for", async () => {
    const server = await start(host, { options: { routes: { "a.ts": { PUT: echo } } } });
    const headers = { "content-type": "application/vnd.custom+xml" };
    const answer = await server.fetch("/a", { method: "PUT", body: "<a/>", headers });
    expect(await answer.text()).toBe("<a/>");
  });

  it("reads a urlencoded and a multipart form", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> => {
      const form = await request.formData();
      const file = form.get("file");
      return Response.json({
        name: form.get("name"),
        file: file instanceof File ? [file.name, await file.text()] : null,
      });
    };
    const server = await start(host, {
      options: { routes: { "a.ts": { POST } }, security: { checkOrigin: false } },
    });
    const params = new URLSearchParams({ name: "a&b=c" });
    expect(await (await server.fetch("/a", { method: "POST", body: params })).json()).toEqual({
      name: "a&b=c",
      file: null,
    });
    const form = new FormData();
    form.set("name", "x");
    form.set("file", new File(["content"], "f.txt", { type: "text/plain" }));
    expect(await (await server.fetch("/a", { method: "POST", body: form })).json()).toEqual({
      name: "x",
      file: ["f.txt", "content"],
    });
  });

  it("reads a megabyte byte for byte, as one buffer and as a stream", async () => {
    const digest = (chunk: Uint8Array) => createHash("sha256").update(chunk).digest("hex");
    const POST = async ({ request, url }: APIContext): Promise<Response> => {
      if (!url.searchParams.has("stream")) {
        return new Response(digest(new Uint8Array(await request.arrayBuffer())));
      }
      const hash = createHash("sha256");
      for await (const chunk of request.body ?? []) hash.update(chunk);
      return new Response(hash.digest("hex"));
    };
    const server = await start(host, {
      options: { routes: { "a.ts": { POST } }, security: { bodySizeLimit: 4_000_000 } },
    });
    const body = Uint8Array.from({ length: 1_100_003 }, (_, index) => (index * 7919) % 251);
    const headers = { "content-type": "application/octet-stream" };
    for (const path of ["/a", "/a?stream"]) {
      const answer = await server.fetch(path, { method: "POST", body, headers });
      expect(await answer.text(), path).toBe(digest(body));
    }
  });

  it("gives null for an absent body and an empty string for what it reads", async () => {
    const ALL = async ({ request }: APIContext): Promise<Response> =>
      Response.json({ isNull: request.body === null, text: await request.text() });
    const server = await start(host, { options: { routes: { "a.ts": { ALL } } } });
    for (const method of ["GET", "DELETE"]) {
      const answer = await server.fetch("/a", { method });
      expect(await answer.json(), method).toEqual({ isNull: true, text: "" });
    }
  });

  it("hands the body on to a clone and to a new Request", async () => {
    const POST = async ({ request }: APIContext): Promise<Response> => {
      const copy = new Request(request.clone());
      return Response.json([await copy.text(), await request.text()]);
    };
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    const answer = await server.fetch("/a", { method: "POST", body: "twice", headers: json });
    expect(await answer.json()).toEqual(["twice", "twice"]);
  });

  // M-44 M-76
  it("hands the body on to the target of a rewrite", async () => {
    const server = await start(host, {
      options: {
        routes: {
          "a.ts": { POST: ({ rewrite }: APIContext) => rewrite("/b") },
          "b.ts": { POST: echo },
        },
      },
    });
    const answer = await server.fetch("/a", { method: "POST", body: "through", headers: json });
    expect(await answer.text()).toBe("through");
  });

  it("may leave a body unread, and serves the next request", async () => {
    const server = await start(host, {
      options: {
        routes: { "a.ts": { POST: () => new Response("ignored") }, "b.ts": { POST: echo } },
      },
    });
    const large = "x".repeat(300_000);
    const answer = await server.fetch("/a", { method: "POST", body: large, headers: json });
    expect(await answer.text()).toBe("ignored");
    const next = await server.fetch("/b", { method: "POST", body: "next", headers: json });
    expect(await next.text()).toBe("next");
  });

  // B10
  it("rejects a read that comes after the answer, and does not hang", async () => {
    let kept: Request | undefined;
    const POST = ({ request }: APIContext): Response => {
      kept = request;
      return new Response("done");
    };
    const server = await start(host, { options: { routes: { "a.ts": { POST } } } });
    await (
      await server.fetch("/a", { method: "POST", body: "x".repeat(200_000), headers: json })
    ).text();
    const read = (kept as Request).text();
    await expect(within(2000, "a late read", read)).rejects.toThrow(/./);
  });

  describe("over the limit (D-61)", () => {
    const limited = (POST: unknown) => ({
      routes: { "a.ts": { POST } as Record<string, unknown> },
      security: { bodySizeLimit: 1000 },
    });

    it("are refused with 413 before the endpoint runs when Content-Length tells", async () => {
      let ran = false;
      const POST = (): Response => {
        ran = true;
        return new Response("ran");
      };
      const server = await start(host, { options: limited(POST) });
      const answer = await server.fetch("/a", {
        method: "POST",
        body: "x".repeat(1001),
        headers: json,
      });
      expect(answer.status).toBe(413);
      await answer.text();
      expect(ran).toBe(false);
      expect(server.errors).toMatchObject([{ code: "STARBRIDGE_BODY_TOO_LARGE", statusCode: 413 }]);
    });

    it("are counted while they stream, and end in 413", async () => {
      const server = await start(host, { options: limited(echo) });
      const body = new ReadableStream({
        start(controller) {
          for (let sent = 0; sent < 2000; sent += 100) {
            controller.enqueue(new TextEncoder().encode("x".repeat(100)));
          }
          controller.close();
        },
      });
      const answer = await server.fetch("/a", { method: "POST", body, headers: json, ...half });
      expect(answer.status).toBe(413);
      expect(server.errors).toMatchObject([{ code: "STARBRIDGE_BODY_TOO_LARGE" }]);
    });

    it("may be answered by the endpoint that caught the refusal", async () => {
      const POST = async ({ request }: APIContext): Promise<Response> => {
        try {
          return new Response(await request.text());
        } catch (error) {
          return new Response((error as { code?: string }).code ?? "no code", { status: 400 });
        }
      };
      const server = await start(host, { options: limited(POST) });
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode("x".repeat(1001)));
          controller.close();
        },
      });
      const answer = await server.fetch("/a", { method: "POST", body, headers: json, ...half });
      expect([answer.status, await answer.text()]).toEqual([400, "STARBRIDGE_BODY_TOO_LARGE"]);
      expect(server.errors).toEqual([]);
    });

    it("do not exist up to the limit itself", async () => {
      const server = await start(host, { options: limited(echo) });
      const answer = await server.fetch("/a", {
        method: "POST",
        body: "x".repeat(1000),
        headers: json,
      });
      expect((await answer.text()).length).toBe(1000);
    });

    it("are not unpacked to be counted: a gzip body arrives as its bytes", async () => {
      const POST = async ({ request }: APIContext): Promise<Response> =>
        new Response(String((await request.arrayBuffer()).byteLength));
      const server = await start(host, { options: limited(POST) });
      const headers = { ...json, "content-encoding": "gzip" };
      const body = new Uint8Array(600).fill(31);
      const answer = await server.fetch("/a", { method: "POST", body, headers });
      expect(await answer.text()).toBe("600");
    });
  });
}
