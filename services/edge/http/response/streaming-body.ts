import type { Socket } from "node:net";

/** Is called once when the body has ended, whoever ended it. */
export interface StreamingBodyOwner {
  closed(): void;
}

/** The body of an answer that goes on for as long as both sides like. */
export interface StreamingBody {
  /** Where the body is written, each piece as one chunk if it is {@link chunked}. */
  readonly socket: Socket;
  /** Whether the body is in chunked coding; HTTP/1.0 does not know it. */
  readonly chunked: boolean;
  /** Whether its end was written. */
  readonly ended: boolean;
  owner: StreamingBodyOwner | undefined;
  /** Writes the end of the body, as HTTP wants it. */
  end(): void;
}
