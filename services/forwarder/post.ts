import { Agent } from "undici";
import { describeError } from "../../shared/base/errors.ts";
import type { Credentials } from "../../shared/model/credentials.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";
import { answerText } from "./answer-text.ts";
import type { PostResult } from "./delivery-outcome.ts";
import { destination } from "./destination.ts";
import { postHeaders } from "./post-headers.ts";

const TIMEOUT_MS = 10_000;

/** Posts payloads to LaunchDarkly over connections that are kept. */
export class Poster {
  readonly #origin: string;
  readonly #basePath: string;
  readonly #agent: Agent;

  /** `eventsUri` may have a path; `connections` is how many there are at most. */
  constructor(eventsUri: string, connections: number) {
    const uri = new URL(eventsUri);
    this.#origin = uri.origin;
    this.#basePath = uri.pathname.replace(/\/+$/, "");
    this.#agent = new Agent({
      connections,
      connect: { timeout: TIMEOUT_MS },
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      keepAliveTimeout: TIMEOUT_MS,
    });
  }

  /** Posts the payload as it is, under the environment's present credential. Never rejects, never redirects. */
  async post(payload: EventPayload, credentials: Credentials, signal: AbortSignal): Promise<PostResult> {
    const to = destination(payload.kind, credentials);
    if (to.kind === "unknown") return { kind: "unaddressed", reason: `the environment has no ${to.missing}` };
    try {
      const answer = await this.#agent.request({
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
    await this.#agent.destroy();
  }
}
