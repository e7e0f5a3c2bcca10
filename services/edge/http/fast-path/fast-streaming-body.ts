import type { Socket } from "node:net";
import type { StreamingBody, StreamingBodyOwner } from "../response/streaming-body.ts";

/** The end of a body in chunked coding (RFC 9112, section 7.1). */
const LAST_CHUNK = "0\r\n\r\n";

const BODY = Symbol("fast streaming body");
type StreamSocket = Socket & { [BODY]?: FastStreamingBody };

/** A body on a socket that nobody else has to do with. What the client still sends is thrown away. */
export class FastStreamingBody implements StreamingBody {
  readonly socket: Socket;
  readonly chunked = true;
  owner: StreamingBodyOwner | undefined;

  /** The head was written; nobody listens to the socket. */
  constructor(socket: StreamSocket) {
    this.socket = socket;
    socket[BODY] = this;
    socket.on("end", onEnd).on("error", onError).on("close", onClose).resume();
  }

  get ended(): boolean {
    return this.socket.writableEnded;
  }

  end(): void {
    if (this.ended || this.socket.destroyed) return;
    this.socket.end(LAST_CHUNK, "latin1");
    this.socket.destroySoon();
  }
}

// One function for all, each: there may be tens of thousands of these.

/** A client that sends nothing more has left its stream, or is told that it is over, as Go's HTTP server does. */
function onEnd(this: StreamSocket): void {
  this[BODY]?.end();
}

function onError(): void {
  // A broken connection is closed next, and that is all there is to know.
}

function onClose(this: StreamSocket): void {
  this[BODY]?.owner?.closed();
}
