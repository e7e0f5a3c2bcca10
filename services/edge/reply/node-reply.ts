import type { ServerResponse } from "node:http";
import type { Answer, Reply } from "./reply.ts";

/** Replies through Node's HTTP server. */
export class NodeReply implements Reply {
  readonly #outgoing: ServerResponse;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  get over(): boolean {
    return this.#outgoing.headersSent || this.#outgoing.destroyed;
  }

  send({ status, head, etag, body }: Answer): boolean {
    const headers = [...head.list];
    if (etag !== undefined) headers.push("ETag", etag);
    if (body !== undefined) headers.push("Content-Length", String(body.byteLength));
    this.#outgoing.writeHead(status, headers).end(body);
    return false;
  }
}
