import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

/** How long a refused client may go on sending before its connection is closed. */
const LINGER_MS = 500;

/** The request and the answer, as Node has them. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Answers, whether or not the body has come, and ends a connection on which the rest of it is still coming. */
export function respondBeforeBody(
  { incoming, outgoing }: Exchange,
  status: number,
  headers: OutgoingHttpHeaders,
  body: string,
): void {
  outgoing.writeHead(status, {
    ...headers,
    "Content-Length": Buffer.byteLength(body),
    ...(!incoming.complete && { Connection: "close" }),
  });
  outgoing.write(body);
  if (incoming.complete) outgoing.end();
  else endLater(incoming, outgoing);
}

/**
 * To close a connection with unread data in it resets it, and the answer may be lost with that before the client
 * has read it. So what still comes is read for a little while, and thrown away.
 */
function endLater(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const end = (): void => {
    clearTimeout(deadline);
    outgoing.end();
  };
  const deadline = setTimeout(end, LINGER_MS);
  incoming.once("close", end).resume();
}
