// A fetch over one HTTP/2 connection without TLS, which Node's own fetch does not speak.
import { connect, constants } from "node:http2";
import type { ClientHttp2Stream } from "node:http2";
import { Readable } from "node:stream";

export interface Http2Client {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): void;
}

/** Opens the connection. */
export function openHttp2(origin: string): Http2Client {
  const session = connect(origin);
  session.on("error", () => {});
  return {
    async fetch(path, init = {}) {
      // A Request serialises bodies and their content types as a browser would.
      const request = new Request(origin + path, {
        ...init,
        ...(init.body ? { duplex: "half" } : {}),
      });
      const streamed = init.body instanceof ReadableStream;
      const bytes = streamed ? undefined : Buffer.from(await request.arrayBuffer());
      const length = init.body && bytes ? { "content-length": String(bytes.length) } : {};
      const stream = session.request(
        {
          ":method": init.method ?? "GET",
          ":path": path,
          ...Object.fromEntries(request.headers),
          ...length,
        },
        { endStream: !init.body },
      );
      stream.on("error", () => {});
      if (streamed && request.body) void send(stream, request.body);
      else if (init.body) stream.end(bytes);
      init.signal?.addEventListener("abort", () => stream.close(constants.NGHTTP2_CANCEL));
      return await answerOf(stream);
    },
    close: () => session.destroy(),
  };
}

async function send(stream: ClientHttp2Stream, body: ReadableStream<Uint8Array>): Promise<void> {
  try {
    for await (const chunk of body) stream.write(chunk);
    stream.end();
  } catch {
    stream.close(constants.NGHTTP2_CANCEL);
  }
}

function answerOf(stream: ClientHttp2Stream): Promise<Response> {
  return new Promise((resolve, reject) => {
    stream.once("close", () => reject(new TypeError("fetch failed: no answer")));
    stream.once("response", (fields) => {
      const headers = new Headers();
      for (const [name, value] of Object.entries(fields)) {
        if (name.startsWith(":")) continue;
        for (const one of [value].flat()) headers.append(name, String(one));
      }
      const status = Number(fields[":status"]);
      const bodyless = status === 204 || status === 205 || status === 304;
      if (bodyless) stream.resume();
      // Of the readable side alone: an answer may come before its request has ended.
      const readable = Readable.from(stream, { objectMode: false });
      const body = bodyless ? null : (Readable.toWeb(readable) as ReadableStream<Uint8Array>);
      resolve(new Response(body, { status, headers }));
    });
  });
}
