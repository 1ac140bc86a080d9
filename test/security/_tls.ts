// Servers and requests with TLS and no certificate: the key exchange is anonymous, which is enough to be a TLS socket.
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { createServer, request } from "node:https";
import type { Server } from "node:https";
import type { IncomingMessage, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

/** Options of a server or a client. */
export const anonymous = { ciphers: "aNULL:@SECLEVEL=0", maxVersion: "TLSv1.2" } as const;

export interface TlsAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface TlsInit {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Starts an https server around a listener. */
export async function listenTls(listener: RequestListener): Promise<Server> {
  const server = createServer(anonymous, listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** One request to such a server, `Host: h.test`. */
export async function fetchTls(
  server: { address(): unknown },
  path: string,
  { method = "GET", headers = {}, body }: TlsInit = {},
): Promise<TlsAnswer> {
  const { port } = server.address() as AddressInfo;
  const req = request({
    ...anonymous,
    port,
    host: "127.0.0.1",
    path,
    method,
    headers: { host: "h.test", ...headers },
    rejectUnauthorized: false,
    agent: false,
  });
  req.end(body);
  const [res] = (await once(req, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of res) text += String(chunk);
  return { status: res.statusCode ?? 0, headers: res.headers, body: text };
}
