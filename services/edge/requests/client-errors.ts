import type { ReadBody } from "../http/body-reader.ts";
import type { CorsHeaders } from "../http/cors.ts";
import { type Exchange, respondBeforeBody } from "../http/response/early-response.ts";
import { Head } from "../http/response/head.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { NOT_INITIALIZED } from "./environment-lookup.ts";

/** Why a client-side SDK gets no flags. */
export interface ClientError {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { "Content-Type": "application/json" };
const TEXT_TYPE = { "Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff" };

const json = (status: number, message: string, headers: ClientError["headers"] = {}): ClientError => ({
  status,
  body: JSON.stringify({ message }),
  headers: { ...JSON_TYPE, ...headers },
});
const text = (status: number, body: string): ClientError => ({ status, body, headers: TEXT_TYPE });

/** Refusals in the original's words, where it has any (R1.3, R1.5 and R1.6). */
export const NO_DATA = text(503, NOT_INITIALIZED);
export const NOT_JSON = text(415, "Content-Type must be application/json.");
export const NOT_BASE64 = json(400, "context part of URL path did not decode as valid base64");
export const BAD_CONTEXT_IN_PATH = json(
  400,
  "context part of URL path did not decode to valid evaluation context as JSON",
);
export const NOT_SIGNED = json(400, "Environment is in secure mode, and context hash does not match.");
export const FAILED = json(500, "internal error");

/** A context that cannot be used, and why. */
export function badContext(why: string): ClientError {
  return json(400, why);
}

const UNREAD: Readonly<Record<Exclude<ReadBody["kind"], "read">, ClientError>> = {
  broken: json(400, "unable to read request body"),
  too_slow: json(408, "body took too long to arrive"),
  too_large: json(413, "body is larger than maxClientRequestBodySize"),
  congested: json(503, "too many large bodies are coming in; try again", { "Retry-After": "1" }),
};

/** What to say of a body that could not be read. */
export function unread(kind: keyof typeof UNREAD): ClientError {
  return UNREAD[kind];
}

/** Tells it to a client whose request has come in whole. */
export function respondError(
  response: ResponseWriter,
  { status, body, headers }: ClientError,
  cors: CorsHeaders,
): void {
  response.send({ status, head: new Head({ ...cors, ...headers }), body: Buffer.from(body) });
}

/** Tells it to a client whose body was not, or not all, read. */
export function respondUnread(
  exchange: Exchange,
  { status, body, headers }: ClientError,
  cors: CorsHeaders,
): void {
  respondBeforeBody(exchange, status, { ...cors, ...headers }, body);
}
