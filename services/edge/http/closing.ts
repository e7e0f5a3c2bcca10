import type { Socket } from "node:net";

/** How long a client may go on sending after its last answer. */
const LINGER_MS = 500;
/** How long a connection that has not said anything yet may take to do so: its first request may be on the way. */
const FIRST_WORD_MS = 50;

/**
 * Ends a connection after what was written to it, as nginx's `lingering_close` does. To close one with unread data in it
 * resets it, and the answer may be lost with that before the client has read it. So what still comes is read for a
 * little while, and thrown away.
 */
export function closeLingering(socket: Socket): void {
  // Nobody else reads on. Node's HTTP server, which reads behind the stream's back, stops with a listener added.
  socket.removeAllListeners("data").on("data", discard);
  socket.end();
  socket.resume();
  const deadline = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(deadline));
}

/**
 * Closes a connection that waits for a request, unless one has come. What the kernel has received must not be lost, and
 * timers run before Node reads from sockets; so the decision falls after the next reading. A connection that has not said
 * anything is given a little longer, because it may have been accepted just now.
 */
export function closeUnlessHeard(socket: Socket): void {
  const heard = socket.bytesRead;
  const look = (): void => {
    if (socket.bytesRead === heard) socket.destroySoon();
  };
  if (heard > 0) setImmediate(look);
  else setTimeout(() => setImmediate(look), FIRST_WORD_MS);
}

function discard(): void {
  // Too late for it to matter.
}
