import type { Dispatcher } from "undici";
import { describeError } from "../../../shared/base/errors.ts";
import type { ProxySettings } from "../../../shared/config/proxy-settings.ts";
import type { Credentials } from "../../../shared/model/credentials.ts";
import { outboundDispatcher } from "../../../shared/outbound/outbound-dispatcher.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { answerText } from "./answer-text.ts";
import type { PostResult } from "./delivery-outcome.ts";
import { destination } from "./destination.ts";
import { postHeaders } from "./post-headers.ts";

const TIMEOUT_MS = 10_000;

/** Posts payloads to LaunchDarkly over connections that are kept. */
export class Poster {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #dispatcher: Dispatcher;

  /** `eventsUri` may have a path; `connections` is how many there are at most. */
  constructor(eventsUri: string, connections: number, proxies: ProxySettings) {
    const uri = new URL(eventsUri);
    this.#origin = uri.origin;
    this.#basePath = uri.pathname.replace(/\/+$/, "");
    this.#dispatcher = outboundDispatcher(proxies, {
      connections,
      connectTimeoutMs: TIMEOUT_MS,
      headersTimeoutMs: TIMEOUT_MS,
      bodyTimeoutMs: TIMEOUT_MS,
      keepAliveTimeoutMs: TIMEOUT_MS,
    });
  }

  /** Posts the payload as it is, under the environment's present credential. Never rejects, never redirects. */
  async post(payload: EventPayload, credentials: Credentials, signal: AbortSignal): Promise<PostResult> {
    const to = destination(payload.kind, credentials);
    if (to.kind === "unknown") return { kind: "unaddressed", reason: `the environment has no ${to.missing}` };
    try {
      const answer = await this.#dispatcher.request({
        origin: this.#origin,
        path: this.#basePath + to.path,
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
      return { kind: "failed", reason: describeError(error) };
    }
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    await this.#dispatcher.destroy();
  }
}
