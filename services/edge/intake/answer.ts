import type { IncomingMessage, ServerResponse } from "node:http";
import { answerTo, type Refusal } from "./refusal.ts";

/** How long a refused client may go on sending before its connection is closed. */
const LINGER_MS = 500;

/** What every answer to this request carries, for example what CORS asks for. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** 202, which Node gives the `Date` that SDKs look at (SDK protocol, section 2). */
export function answerAccepted(outgoing: ServerResponse, headers: AnswerHeaders): void {
  outgoing.statusCode = 202;
  for (const name in headers) outgoing.setHeader(name, headers[name] ?? "");
  // Not after `writeHead`: that knows no length yet, and Node would send an empty body in chunks.
  outgoing.end();
}

/** Tells why the events were not taken, and ends a connection on which the rest of them is still coming. */
export function answerRefused(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  refusal: Refusal,
  headers: AnswerHeaders,
): void {
  const { status, message, retryAfter } = answerTo(refusal);
  const body = JSON.stringify({ message });
  outgoing.writeHead(status, {
    ...headers,
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...(retryAfter !== undefined && { "Retry-After": retryAfter }),
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
