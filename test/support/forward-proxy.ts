import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** What a forward proxy asks of its clients, and where it sends them. */
export interface ForwardProxyOptions {
  /** `host:port` as clients name it → a port of 127.0.0.1; anything else is answered with 502. */
  readonly targets: Readonly<Record<string, number>>;
  /** The `Proxy-Authorization` that it demands. */
  readonly authorization?: string;
}

/** A forward proxy on 127.0.0.1, the only one that can resolve the names of its targets. */
export interface ForwardProxyServer extends AsyncDisposable {
  readonly port: number;
  /** What it was asked for: `CONNECT name:port`, or the method and the absolute URL. */
  readonly asked: readonly string[];
  /** How many connections it has been opened. */
  readonly connections: number;
  /** How many requests it refused for lack of credentials. */
  readonly refused: number;
}

/** Starts a forward proxy for absolute URLs and for tunnels. */
export async function startForwardProxy(options: ForwardProxyOptions): Promise<ForwardProxyServer> {
  const { targets, authorization } = options;
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  let refused = 0;
  let connections = 0;
  const takes = (incoming: IncomingMessage): boolean => {
    if (incoming.headers["proxy-authorization"] === authorization) return true;
    refused++;
    return false;
  };
  const server = createServer((incoming, outgoing) => {
    if (!takes(incoming))
      return void outgoing.writeHead(407, { "Proxy-Authenticate": 'Basic realm="proxy"' }).end();
    asked.push(`${incoming.method} ${incoming.url}`);
    const { host, pathname, search } = new URL(incoming.url ?? "");
    const port = targets[host];
    if (port === undefined) return void outgoing.writeHead(502).end();
    const { "proxy-authorization": _, ...headers } = incoming.headers;
    const onward = request(
      { host: "127.0.0.1", port, method: incoming.method, path: pathname + search, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        answer.on("error", () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on("connect", (incoming: IncomingMessage, client: Socket) => {
    client.on("error", () => client.destroy());
    if (!takes(incoming)) return void client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    asked.push(`CONNECT ${incoming.url}`);
    const port = targets[incoming.url ?? ""];
    if (port === undefined) return void client.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
    const onward = connect(port, "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      client.pipe(onward).pipe(client);
    });
    sockets.add(onward);
    onward.on("error", () => client.destroy());
    onward.on("close", () => client.destroy());
    client.on("close", () => onward.destroy());
  });
  server.on("connection", (socket) => {
    connections++;
    sockets.add(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    get connections() {
      return connections;
    },
    get refused() {
      return refused;
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
