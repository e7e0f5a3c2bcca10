import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpConnection } from "./http-connection.ts";

/** Smaller heads are bounded by the number of connections, and not worth being counted. */
const LARGE_BYTES = 32 * 1024;

interface LargeHead {
  readonly bytes: number;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/**
 * Bounds what large request heads take together: each may have a mebibyte, for contexts in addresses, but nobody may fill
 * the memory with a thousand of them. Counts those whose request is under way, and those that are still coming in.
 */
export class LargeHeads {
  readonly #maxBytes: number;
  readonly #underWay = new Set<LargeHead>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether there is room for a request whose head has `bytes`. One that is admitted counts until it is answered. */
  admits(bytes: number, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    if (bytes <= LARGE_BYTES) return true;
    if (this.#bytesUnderWay() + bytes > this.#maxBytes) return false;
    this.#underWay.add({ bytes, incoming, outgoing });
    return true;
  }

  /** Those of `connections` with the largest incomplete heads, as many as it takes for the others to have room. */
  excess(connections: Iterable<HttpConnection>): HttpConnection[] {
    const coming: { readonly connection: HttpConnection; readonly bytes: number }[] = [];
    let sum = this.#bytesUnderWay();
    for (const connection of connections) {
      const bytes = connection.headBytes;
      if (bytes <= LARGE_BYTES) continue;
      coming.push({ connection, bytes });
      sum += bytes;
    }
    const excess: HttpConnection[] = [];
    for (const { connection, bytes } of coming.sort((one, other) => other.bytes - one.bytes)) {
      if (sum <= this.#maxBytes) break;
      excess.push(connection);
      sum -= bytes;
    }
    return excess;
  }

  /** Forgets what was answered, and streams, whose heads are let go when they begin. */
  #bytesUnderWay(): number {
    let sum = 0;
    for (const head of this.#underWay) {
      if (head.outgoing.closed || head.outgoing.writableFinished || head.incoming.url === "")
        this.#underWay.delete(head);
      else sum += head.bytes;
    }
    return sum;
  }
}
