import type { Credentials } from "../../../shared/model/credentials.ts";
import { networkCause, type RequestTarget } from "../../../shared/outbound/network-cause.ts";
import type { OutboundClient } from "../../../shared/outbound/outbound-client.ts";
import type { OutboundLimits } from "../../../shared/outbound/outbound-dispatcher.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { answerText } from "./answer-text.ts";
import type { PostResult } from "./delivery-outcome.ts";
import { destination } from "./destination.ts";
import { postHeaders } from "./post-headers.ts";

const TIMEOUT_MS = 10_000;

/** Of the connections to LaunchDarkly's events service. */
export const POST_LIMITS: Omit<OutboundLimits, "connections"> = {
  connectTimeoutMs: TIMEOUT_MS,
  headersTimeoutMs: TIMEOUT_MS,
  bodyTimeoutMs: TIMEOUT_MS,
  keepAliveTimeoutMs: TIMEOUT_MS,
};

/** Posts payloads to LaunchDarkly's events service. */
export class Poster {
  readonly #service: OutboundClient;
  readonly #target: RequestTarget;

  /** `eventsUri`: where `service` sends requests, as causes of failures name it. */
  constructor(service: OutboundClient, eventsUri: string) {
    this.#service = service;
    this.#target = {
      host: new URL(eventsUri).host,
      setting: "[Events] eventsUri",
      timeoutMs: TIMEOUT_MS,
    };
  }

  /** Posts the payload as it is, under the environment's present credential. Never rejects, never redirects. */
  async post(payload: EventPayload, credentials: Credentials, signal: AbortSignal): Promise<PostResult> {
    const to = destination(payload.kind, credentials);
    if (to.kind === "unknown") return { kind: "unaddressed", reason: `the environment has no ${to.missing}` };
    try {
      const answer = await this.#service.request({
        path: to.path,
        method: "POST",
        headers: postHeaders(payload, to.authorization),
        body: payload.body,
        signal,
      });
      const retryAfter = answer.headers["retry-after"];
      const text = await answerText(answer, to.authorization);
      return {
        kind: "answered",
        status: answer.statusCode,
        ...(typeof retryAfter === "string" && { retryAfter }),
        ...(text !== "" && { answer: text }),
      };
    } catch (error) {
      return { kind: "failed", cause: networkCause(error, this.#target) };
    }
  }
}
