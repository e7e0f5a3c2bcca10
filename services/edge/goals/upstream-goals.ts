import type { Dispatcher } from "undici";
import { describeError } from "../../../shared/base/errors.ts";
import type { OutboundClient } from "../../../shared/outbound/outbound-client.ts";
import type { OutboundLimits } from "../../../shared/outbound/outbound-dispatcher.ts";

/** Of connecting, of the answer's head, and of each part of its body. */
const TIMEOUT_MS = 5_000;
/** All of it may take no longer than this: a page waits. */
const DEADLINE_MS = 10_000;
const MAX_CONNECTIONS = 8;
/** Goals are some kilobytes; whatever is larger is none. */
const MAX_BYTES = 1024 * 1024;

/** The headers of an answer that say what it is and how long it is good; the others concern one connection only. */
const PASSED_ON = ["content-type", "cache-control", "etag", "last-modified"] as const;

/** Some headers of an answer, in lower case. */
export type GoalsHeaders = { readonly [Name in (typeof PASSED_ON)[number]]?: string };

/** What LaunchDarkly said. */
export type UpstreamAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly headers: GoalsHeaders;
      readonly body: Buffer;
    }
  /** What was asked about is still so. */
  | { readonly kind: "unchanged"; readonly headers: GoalsHeaders }
  /** It could not be asked, or has troubles of its own. */
  | { readonly kind: "away"; readonly reason: string };

/** Of the connections to LaunchDarkly's service for browsers. */
export const GOALS_LIMITS: OutboundLimits = {
  connections: MAX_CONNECTIONS,
  connectTimeoutMs: TIMEOUT_MS,
  headersTimeoutMs: TIMEOUT_MS,
  bodyTimeoutMs: TIMEOUT_MS,
};

/** LaunchDarkly's goals. */
export class UpstreamGoals {
  readonly #service: OutboundClient;

  /** `service` is LaunchDarkly's service for browsers. */
  constructor(service: OutboundClient) {
    this.#service = service;
  }

  /** Asks for an environment's goals, without any credential; `etag` names what is known of them. Never rejects. */
  async ask(envId: string, etag: string | undefined): Promise<UpstreamAnswer> {
    try {
      const answer = await this.#service.request({
        path: `/sdk/goals/${encodeURIComponent(envId)}`,
        method: "GET",
        headers: { accept: "application/json", ...(etag !== undefined && { "if-none-match": etag }) },
        signal: AbortSignal.timeout(DEADLINE_MS),
      });
      const headers = passedOn(answer.headers);
      const body = await readBounded(answer.body);
      if (answer.statusCode === 304) return { kind: "unchanged", headers };
      // A redirect is not followed: it could lead anywhere, and SDKs do not expect one.
      if (answer.statusCode >= 500 || Math.floor(answer.statusCode / 100) === 3)
        return { kind: "away", reason: `it answered with ${answer.statusCode}` };
      return { kind: "answered", status: answer.statusCode, headers, body };
    } catch (error) {
      return { kind: "away", reason: describeError(error) };
    }
  }
}

function passedOn(headers: Dispatcher.ResponseData["headers"]): GoalsHeaders {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    }),
  );
}

async function readBounded(body: Dispatcher.ResponseData["body"]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > MAX_BYTES) throw new Error(`its answer is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
