import type { ServerResponse } from "node:http";
import inject from "light-my-request";
import { describe, expect, it } from "vitest";
import { send, sendResponse } from "../../../lib/node/send.ts";
import { slowStream, stream, wireOf } from "./_answers.ts";
import { http2Answer, rejection, servers } from "./_servers.ts";

const start = servers();
const wire = wireOf(start);
const bytes = Uint8Array.from(Buffer.from("body"));

describe("the length of an answer", () => {
  const form = () => {
    const data = new FormData();
    data.set("a", "b");
    return data;
  };
  const known: Record<string, () => RequestInit["body"]> = {
    text: () => "body",
    "empty text": () => "",
    bytes: () => bytes,
    blob: () => new Blob(["body"]),
    form,
    parameters: () => new URLSearchParams("a=b"),
    "short stream": () => stream("bo", "dy"),
  };

  it.each(Object.entries(known))("is sent for %s, on GET and on HEAD", async (_, body) => {
    const got = await wire(() => new Response(body()));
    expect(got.headers["transfer-encoding"]).toBeUndefined();
    expect(got.headers["content-length"]).toEqual([String(got.body.length)]);
    expect(got.complete).toBe(true);
    const head = await wire(() => new Response(body()), "HEAD");
    expect(head.headers["content-length"]?.[0]).toHaveLength(
      got.headers["content-length"]?.[0]?.length ?? 0,
    );
    expect(head.body).toBe("");
  });

  it("is sent for a text of 1 MiB", async () => {
    const got = await wire(() => new Response("x".repeat(1024 * 1024)));
    expect(got.headers["content-length"]).toEqual([String(1024 * 1024)]);
    expect(got.body.length).toBe(1024 * 1024);
  });

  it("is 0 without a body, except in answers that have none", async () => {
    const lengthOf = async (status: number, method?: string) =>
      (await wire(() => new Response(null, { status }), method)).headers["content-length"];
    expect(await lengthOf(200)).toEqual(["0"]);
    expect(await lengthOf(404)).toEqual(["0"]);
    expect(await lengthOf(205)).toEqual(["0"]);
    expect(await lengthOf(204)).toBeUndefined();
    expect(await lengthOf(304)).toBeUndefined();
    expect(await lengthOf(200, "HEAD")).toBeUndefined();
  });

  it("is not known of a stream that takes its time: chunked, or as declared", async () => {
    const chunked = await wire(() => new Response(slowStream("bo", "dy")));
    expect(chunked.headers["content-length"]).toBeUndefined();
    expect([chunked.body, chunked.complete]).toEqual(["body", true]);
    const headers = { "content-length": "4" };
    const declared = await wire(() => new Response(slowStream("bo", "dy"), { headers }));
    expect(declared.headers["transfer-encoding"]).toBeUndefined();
    expect([declared.body, declared.headers["content-length"]]).toEqual(["body", ["4"]]);
  });

  it("is kept as declared on HEAD and 304, where no body tells otherwise", async () => {
    const headers = { "content-length": "1234" };
    for (const [method, status] of [
      ["HEAD", 200],
      ["GET", 304],
    ] as const) {
      const answer = await wire(() => new Response(null, { status, headers }), method);
      expect(answer.headers["content-length"]).toEqual(["1234"]);
    }
    const none = await wire(() => new Response(null, { status: 204, headers }));
    expect(none.headers["content-length"]).toBeUndefined();
  });

  it.each(["3", "5", "x", "-4", "4, 4", ""])(
    "is refused before the head when %j is declared for four bytes",
    async (length) => {
      let error: (Error & { code?: string }) | undefined;
      const { get } = await start.http(async (_req, res) => {
        const response = new Response("body", { headers: { "content-length": length } });
        error = await rejection(sendResponse(res, response));
        res.end(JSON.stringify([res.headersSent, res.getHeaderNames()]));
      });
      expect(await (await get("/")).json()).toEqual([false, []]);
      expect(error?.code).toBe("STARBRIDGE_CONTENT_LENGTH_MISMATCH");
    },
  );

  it("replaces a length that the host had set, and its transfer encoding", async () => {
    const prepare = (res: ServerResponse) => {
      res.setHeader("Content-Length", "999");
    };
    expect((await wire(() => new Response("body"), "GET", prepare)).body).toBe("body");
    const slow = await wire(() => new Response(slowStream("body")), "GET", prepare);
    expect([slow.body, slow.headers["content-length"]]).toEqual(["body", undefined]);
    const coded = await wire(
      () => new Response("body"),
      "GET",
      (res) => res.setHeader("Transfer-Encoding", "chunked"),
    );
    expect(coded.headers["transfer-encoding"]).toBeUndefined();
    expect([coded.body, coded.complete]).toEqual(["body", true]);
  });
});

describe("an answer that cannot be sent", () => {
  async function refused(make: () => Response | Promise<Response>) {
    let error: (Error & { code?: string }) | undefined;
    const { get } = await start.http(async (_req, res) => {
      error = await rejection(sendResponse(res, await make()));
      res.end(String(res.headersSent));
    });
    expect(await (await get("/")).text()).toBe("false");
    return error;
  }

  it("is refused: Response.error(), a body that was read, one that is being read", async () => {
    const code = "STARBRIDGE_RESPONSE_UNUSABLE";
    expect((await refused(() => Response.error()))?.code).toBe(code);
    const read = async () => {
      const response = new Response("body");
      await response.text();
      return response;
    };
    expect((await refused(read))?.code).toBe(code);
    const locked = () => {
      const response = new Response("body");
      response.body?.getReader();
      return response;
    };
    expect((await refused(locked))?.code).toBe(code);
  });

  it("rejects with the stream's own error when it fails before the head", async () => {
    const failure = new Error("no rows");
    const failing = () =>
      new Response(
        new ReadableStream({
          pull() {
            throw failure;
          },
        }),
      );
    expect(await refused(failing)).toBe(failure);
  });

  it("is refused when the same Response comes again, unless it has no body", async () => {
    const empty = new Response(null, { status: 204, headers: { "set-cookie": "a=1" } });
    const text = new Response("text");
    const codes: unknown[] = [];
    const { open } = await start.http(async (req, res) => {
      const response = req.url === "/empty" ? empty : text;
      await sendResponse(res, response).catch((error) => {
        codes.push(error.code);
        res.end("again");
      });
    });
    const connection = await open();
    for (let round = 0; round < 100; round++) {
      connection.send("GET /empty HTTP/1.1");
      const answer = await connection.answer();
      expect([answer.status, answer.headers["set-cookie"]]).toEqual([204, ["a=1"]]);
    }
    connection.send("GET /text HTTP/1.1");
    expect((await connection.answer()).body).toBe("text");
    connection.send("GET /text HTTP/1.1");
    expect((await connection.answer()).body).toBe("again");
    expect(codes).toEqual(["STARBRIDGE_RESPONSE_UNUSABLE"]);
  });
});

describe("an answer on other responses", () => {
  it("is sent on HTTP/2, without a status text", async () => {
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on("warning", warned);
    const { open } = await start.http2(async (req, res) => {
      res.setHeader("set-cookie", "host=1");
      const body = req.url === "/slow" ? slowStream("a", "b") : "body";
      const headers = { "set-cookie": "own=1", connection: "close", "transfer-encoding": "x" };
      await sendResponse(res, new Response(body, { statusText: "Made", status: 201, headers }));
    });
    const known = await http2Answer(open());
    expect(known).toMatchObject({ status: 201, body: "body", code: 0 });
    expect(known.headers["content-length"]).toBe("4");
    expect(known.headers["set-cookie"]).toEqual(["host=1", "own=1"]);
    expect(await http2Answer(open({ ":path": "/slow" }))).toMatchObject({ body: "ab", code: 0 });
    expect(await http2Answer(open({ ":method": "HEAD" }))).toMatchObject({ body: "", code: 0 });
    process.off("warning", warned);
    expect(warnings).toEqual([]);
  });

  it("is sent on an injected one, which never drains", async () => {
    const parts = Array.from({ length: 10 }, () => "x".repeat(5000));
    const dispatch = (_req: unknown, res: ServerResponse) =>
      send(res, new Response(slowStream(...parts)));
    const answer = await inject(dispatch as never, "/");
    expect(answer.payload).toBe(parts.join(""));
    const short = await inject(
      ((_req: unknown, res: ServerResponse) => send(res, new Response("text"))) as never,
      "/",
    );
    expect([short.payload, short.headers["content-length"]]).toEqual(["text", "4"]);
  });

  it("is not sent, and its body cancelled, when the host has answered first", async () => {
    const reasons: unknown[] = [];
    const late = () =>
      new Response(new ReadableStream({ cancel: (reason) => void reasons.push(reason) }));
    const { get } = await start.http(async (_req, res) => {
      res.statusCode = 503;
      res.end("timeout");
      await sendResponse(res, late());
    });
    const answer = await get("/");
    expect([answer.status, await answer.text()]).toEqual([503, "timeout"]);
    expect(reasons).toEqual([expect.objectContaining({ name: "AbortError" })]);
  });
});
