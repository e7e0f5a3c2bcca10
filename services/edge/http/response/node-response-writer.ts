import type { ServerResponse } from "node:http";
import { countAs } from "./counted-response.ts";
import type { Head } from "./head.ts";
import { NodeStreamingBody } from "./node-streaming-body.ts";
import type { Answer, ResponseWriter } from "./response-writer.ts";
import type { RouteCount } from "./route-count.ts";
import type { StreamingBody } from "./streaming-body.ts";

/** Replies through Node's HTTP server. */
export class NodeResponseWriter implements ResponseWriter {
  readonly #outgoing: ServerResponse;

  constructor(outgoing: ServerResponse) {
    this.#outgoing = outgoing;
  }

  get over(): boolean {
    return this.#outgoing.headersSent || this.#outgoing.destroyed;
  }

  countAs(route: RouteCount): void {
    countAs(this.#outgoing, route);
  }

  send({ status, head, etag, body }: Answer): boolean {
    const headers = [...head.list];
    if (etag !== undefined) headers.push("ETag", etag);
    if (body !== undefined) headers.push("Content-Length", String(body.byteLength));
    this.#outgoing.writeHead(status, headers).end(body);
    return false;
  }

  stream(head: Head): StreamingBody | undefined {
    const outgoing = this.#outgoing;
    const { socket } = outgoing;
    if (outgoing.destroyed || socket?.destroyed) return undefined;
    if (socket === null) {
      outgoing.writeHead(503).end();
      return undefined;
    }
    if (outgoing.req.method === "HEAD") {
      outgoing.writeHead(200, [...head.list]).end();
      return undefined;
    }
    // The connection ends with its stream. A load balancer that believed otherwise would send its next request on it while
    // the edge closes it.
    outgoing.writeHead(200, [...head.list, "Connection", "close"]);
    outgoing.flushHeaders();
    return new NodeStreamingBody(outgoing, socket);
  }
}
