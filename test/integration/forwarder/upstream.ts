import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedPost {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Takes events in LaunchDarkly's place, remembers every POST, and answers as the test wants. */
export class EventsUpstream {
  readonly received: ReceivedPost[] = [];
  /** Answers a request; replace it to fail. */
  answer: (post: ReceivedPost, response: ServerResponse) => void = accept;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<EventsUpstream> {
    const server = createServer();
    const upstream = new EventsUpstream(server);
    server.on("request", async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const post = { path: request.url ?? "", headers: request.headers, body: Buffer.concat(chunks) };
      upstream.received.push(post);
      upstream.answer(post, response);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return upstream;
  }

  get uri(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

export function accept(_post: ReceivedPost, response: ServerResponse): void {
  response.writeHead(202).end();
}

/** Answers with this status and these headers. */
export function refuse(status: number, headers: Record<string, string> = {}) {
  return (_post: ReceivedPost, response: ServerResponse): void => {
    response.writeHead(status, headers).end();
  };
}
