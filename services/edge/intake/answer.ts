import type { ServerResponse } from "node:http";
import { type Exchange, respondBeforeBody } from "../http/response/early-response.ts";
import { answerTo, type Refusal } from "./refusal.ts";

/** What every answer to this request carries, for example what CORS asks for. */
export type AnswerHeaders = Readonly<Record<string, string>>;

/** 202, which Node gives the `Date` that SDKs look at (S2). */
export function answerAccepted(outgoing: ServerResponse, headers: AnswerHeaders): void {
  outgoing.statusCode = 202;
  for (const name in headers) outgoing.setHeader(name, headers[name] ?? "");
  // Not after `writeHead`: that knows no length yet, and Node would send an empty body in chunks.
  outgoing.end();
}

/** Tells why the events were not taken. */
export function answerRefused(exchange: Exchange, refusal: Refusal, headers: AnswerHeaders): void {
  const { status, message, retryAfter } = answerTo(refusal);
  const all = {
    ...headers,
    "Content-Type": "application/json",
    ...(retryAfter !== undefined && { "Retry-After": retryAfter }),
  };
  respondBeforeBody(exchange, status, all, JSON.stringify({ message }));
}
