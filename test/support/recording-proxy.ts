import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";

/** A request that came through, and the head of its answer. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** The very bytes, without the framing of the transfer. */
  readonly body: Buffer;
  readonly status: number;
  readonly answerHeaders: IncomingHttpHeaders;
}

/** Starts a proxy on 127.0.0.1 that passes everything on to `target` and remembers it: what an SDK really sends. */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const exchanges: Exchange[] = [];
  let toLose: string | undefined;
  const server = createServer((incoming, outgoing) => {
    const isLost = incoming.method === "POST" && incoming.url === toLose;
    if (isLost) toLose = undefined;
    // Whoever breaks off, on either side, is for the SDK or the relay to notice.
    relay(target, incoming, outgoing, exchanges, isLost).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    exchanges,
    loseAnswer: (path) => {
      toLose = path;
    },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** See {@link startRecordingProxy}. */
export interface RecordingProxy {
  /** What to give an SDK in place of the relay's address. */
  readonly url: string;
  /** Every request that was answered, in the order of the answers. */
  readonly exchanges: readonly Exchange[];
  /** The next POST to `path` reaches the target, and then its connection breaks instead of an answer. */
  loseAnswer(path: string): void;
  stop(): Promise<void>;
}

async function relay(
  target: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  exchanges: Exchange[],
  isLost: boolean,
): Promise<void> {
  const { method = "", url: path = "", headers } = incoming;
  const asked = request(target + path, { method, headers: { ...headers, host: new URL(target).host } });
  outgoing.once("close", () => asked.destroy());
  const chunks: Buffer[] = [];
  incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
  incoming.pipe(asked);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const { statusCode: status = 0, headers: answerHeaders } = answer;
  exchanges.push({ method, path, headers, body: Buffer.concat(chunks), status, answerHeaders });
  if (isLost) {
    outgoing.destroy();
    answer.resume();
    return;
  }
  outgoing.writeHead(status, answerHeaders).flushHeaders();
  answer.once("error", () => outgoing.destroy());
  answer.pipe(outgoing);
}
