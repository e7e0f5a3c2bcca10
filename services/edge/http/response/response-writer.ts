import type { Head } from "./head.ts";
import type { RouteCount } from "./route-count.ts";
import type { StreamingBody } from "./streaming-body.ts";

/** An answer that is complete. */
export interface Answer {
  readonly status: number;
  readonly head: Head;
  /** The `ETag`, of answers that have one. */
  readonly etag?: string;
  /** None for 304, which must not have any. */
  readonly body?: Buffer;
}

/** To whom a request is answered, once and at any time. */
export interface ResponseWriter {
  /** Whether nobody is there to take an answer: it was given, or the client has left. */
  readonly over: boolean;
  /** Lets the answer count for a route. */
  countAs(route: RouteCount): void;
  /** Whether all is with the operating system; if not, the bytes of the body are still needed. */
  send(answer: Answer): boolean;
  /**
   * Sends a head with status 200, whose body follows. `undefined` when there will be none: the client is gone, has asked
   * for the head only, or has other answers to wait for on the same connection.
   */
  stream(head: Head): StreamingBody | undefined;
}
