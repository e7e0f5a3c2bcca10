import type { Clock } from "../../../shared/base/clock.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Counter, Metrics } from "../../../shared/base/metrics.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-job.ts";
import { CongestedError } from "./group-commit.ts";
import { isGzip, toPayload } from "./payload.ts";
import { readBody } from "./read-body.ts";

/** What the intake works with. */
export interface IntakeParts {
  /** `[Events] sendEvents`, for all environments. */
  readonly sendEvents: boolean;
  /** `[Events] maxInboundPayloadSize`; a body of exactly this size is accepted. */
  readonly maxBodyBytes: number;
  /** Resolves once the payload will survive whatever dies. */
  readonly keep: (environmentId: string, payload: EventPayload) => Promise<void>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Why a payload was not accepted, as the metric's label. */
type Refusal = "disabled" | "too large" | "broken" | "empty" | "not gzip" | "congested" | "unavailable";

const REFUSALS: Readonly<Record<Refusal, { readonly status: number; readonly message: string }>> = {
  disabled: { status: 503, message: "Event proxy is not enabled for this environment" },
  "too large": { status: 413, message: "body is larger than maxInboundPayloadSize" },
  broken: { status: 400, message: "unable to read request body" },
  empty: { status: 400, message: "body may not be empty" },
  "not gzip": { status: 400, message: "body is not gzip although Content-Encoding says so" },
  congested: { status: 503, message: "too many events are waiting; try again" },
  unavailable: { status: 503, message: "events cannot be stored at the moment; try again" },
};

/** Takes events in: 202 means that they are kept, anything else that they are not (ld-relay, section 1.9). */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #accepted: Counter<"environment" | "kind">;
  readonly #refused: Counter<"environment" | "reason">;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#accepted = parts.metrics.counter({
      name: "event_payloads_accepted_total",
      help: "Event payloads that were answered with 202.",
      labels: ["environment", "kind"],
    });
    this.#refused = parts.metrics.counter({
      name: "event_payloads_refused_total",
      help: "Event payloads that were refused, by reason.",
      labels: ["environment", "reason"],
    });
  }

  /** The answer to a POST of events of this kind, once it is true. Never rejects. */
  async accept(environment: Environment, kind: PayloadKind, request: Request): Promise<Response> {
    const refusal = await this.#take(environment, kind, request);
    if (refusal === undefined) {
      this.#accepted.add({ environment: environment.name, kind });
      return new Response(null, { status: 202 });
    }
    this.#refused.add({ environment: environment.name, reason: refusal.replaceAll(" ", "_") });
    return toResponse(refusal);
  }

  async #take(environment: Environment, kind: PayloadKind, request: Request): Promise<Refusal | undefined> {
    const { sendEvents, maxBodyBytes, keep, logger, clock } = this.#parts;
    if (!sendEvents) return "disabled";
    const read = await readBody(request, maxBodyBytes);
    if (read.kind !== "read") return read.kind;
    const { body } = read;
    if (body.byteLength === 0) return "empty";
    if (isGzip(request.headers) && !looksLikeGzip(body)) return "not gzip";
    try {
      await keep(environment.id, toPayload(kind, request.headers, body, clock.now()));
      return undefined;
    } catch (error) {
      logger.debug("an event payload was not accepted", {
        environment: environment.name,
        error: describeError(error),
      });
      return error instanceof CongestedError ? "congested" : "unavailable";
    }
  }
}

function looksLikeGzip(body: Buffer): boolean {
  return body[0] === 0x1f && body[1] === 0x8b;
}

function toResponse(refusal: Refusal): Response {
  const { status, message } = REFUSALS[refusal];
  const headers = new Headers({ "Content-Type": "application/json" });
  if (refusal === "congested" || refusal === "unavailable") headers.set("Retry-After", "1");
  // The rest of such a body is still on its way, so the connection cannot carry another request.
  if (refusal === "too large") headers.set("Connection", "close");
  return new Response(JSON.stringify({ message }), { status, headers });
}
