import type { CorsHeaders } from "../http/cors.ts";
import { PLAIN_TEXT } from "../http/plain-text.ts";
import { type Exchange, respondBeforeBody } from "../http/response/early-response.ts";
import { Head } from "../http/response/head.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { type UnreadKind, unreadRefusals } from "../http/unread-body.ts";

/** Why a request is refused, as its client is told. */
export interface ClientError {
  readonly status: 400 | 401 | 404 | 408 | 413 | 415 | 500 | 503;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const JSON_TYPE = { "Content-Type": "application/json" };

const json = (
  status: ClientError["status"],
  message: string,
  headers: ClientError["headers"] = {},
): ClientError => ({
  status,
  body: JSON.stringify({ message }),
  headers: { ...JSON_TYPE, ...headers },
});
const text = (status: ClientError["status"], body: string): ClientError => ({
  status,
  body,
  headers: PLAIN_TEXT,
});

/**
 * Refusals of requests whose environment is not found. They are exactly the Go relay's, because SDKs give up for good on
 * some of them (R1.2 and R1.3).
 */
export const NO_CREDENTIAL: ClientError = { status: 401, body: "", headers: {} };
export const UNKNOWN_KEY = text(
  401,
  "Relay Proxy does not recognize the client credential (missing or invalid Authorization header)",
);
export const UNKNOWN_ENVIRONMENT_ID = text(404, "URL did not contain an environment ID");
export const UNKNOWN_FILTER = text(
  404,
  "Relay Proxy recognizes the provided credential, but the payload filter was not found",
);

/** Refusals in the original's words, where it has any (R1.3, R1.5 and R1.6). */
export const NO_DATA = text(503, "client was not initialized");
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

const UNREAD = unreadRefusals("maxClientRequestBodySize", "large bodies");

/** What to say of a body that could not be read. */
export function unread(kind: UnreadKind): ClientError {
  const { status, message, retryAfter } = UNREAD[kind];
  return json(status, message, retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) });
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
