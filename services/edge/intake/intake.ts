import type { IncomingHttpHeaders } from "node:http";
import type { Clock } from "../../../shared/base/clock.ts";
import { saysGzip } from "../../../shared/base/content-encoding.ts";
import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Counter, Metrics } from "../../../shared/base/metrics.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { type EventPayload, PAYLOAD_KINDS, type PayloadKind } from "../../../shared/queue/event-payload.ts";
import { BodyReader } from "../http/body-reader.ts";
import type { Exchange } from "../http/response/early-response.ts";
import { type AnswerHeaders, answerAccepted, answerRefused } from "./answer.ts";
import { CongestedError } from "./group-commit.ts";
import { inspectGzip } from "./gzip.ts";
import { imageEvents } from "./image-events.ts";
import { actualKind, toPayload } from "./payload.ts";
import { REFUSALS, type Refusal, refusalAfter } from "./refusal.ts";
import { RefusalLog } from "./refusal-log.ts";
import { storeFailure } from "./store-failure.ts";

/** Kept for delivery; refused, as without `[Events] sendEvents`; or accepted and thrown away, as in offline mode. */
export type IntakeMode = "keep" | "refuse" | "discard";

/** What the intake works with. */
export interface IntakeParts {
  /** What becomes of events, of all environments. */
  readonly mode: IntakeMode;
  /** `[Events] maxInboundPayloadSize`, of the body as it comes and as it is inflated. */
  readonly maxBodyBytes: number;
  /** How long a client may take for its body. */
  readonly maxBodyMs: number;
  /** Where payloads go. */
  readonly queues: IntakeQueue;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Where the payloads of all environments go. */
interface IntakeQueue {
  /** Whether this environment may not add more at the moment. */
  isFull(environmentId: string): boolean;
  /** Whether too many payloads of this kind are parked, so that no more are accepted. */
  isParkedFull(environmentId: string, kind: PayloadKind): boolean;
  /** Resolves once Redis has the payload. */
  keep(environmentId: string, payload: EventPayload): Promise<void>;
}

/** Limit for all large bodies that are being received. */
const MAX_LARGE_BYTES = 128 * 1024 * 1024;

/** Accepts events (R1.9). 202 means that Redis has them (E1); with any other answer they are not stored. */
export class Intake {
  readonly #parts: IntakeParts;
  readonly #bodies: BodyReader;
  readonly #refusalLog: RefusalLog;
  readonly #accepted: Counter<"environment" | "kind">;
  readonly #discarded: Counter<"environment" | "kind">;
  readonly #refused: Counter<"environment" | "reason">;
  #saidDisabled = false;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    if (parts.mode === "discard")
      parts.logger.info("offline mode: events of SDKs are accepted with 202 and discarded", {
        event: "events.discarded",
      });
    if (parts.mode === "refuse")
      parts.logger.info("event forwarding is off ([Events] sendEvents), SDKs that send events get 503", {
        event: "events.off",
      });
    this.#bodies = new BodyReader({
      maxBytes: parts.maxBodyBytes,
      maxMs: parts.maxBodyMs,
      maxLargeBytes: Math.max(MAX_LARGE_BYTES, 4 * parts.maxBodyBytes),
    });
    this.#refusalLog = new RefusalLog(parts.logger, parts.clock);
    this.#accepted = parts.metrics.counter({
      name: "event_payloads_accepted_total",
      help: "Event payloads that were kept, and answered with 202.",
      labels: ["environment", "kind"],
      known: { kind: PAYLOAD_KINDS },
    });
    this.#discarded = parts.metrics.counter({
      name: "event_payloads_discarded_total",
      help: "Event payloads that were answered with 202 and thrown away: in offline mode.",
      labels: ["environment", "kind"],
      known: { kind: PAYLOAD_KINDS },
    });
    this.#refused = parts.metrics.counter({
      name: "event_payloads_refused_total",
      help: "Event payloads that were refused, by reason.",
      labels: ["environment", "reason"],
      known: { reason: REFUSALS },
    });
  }

  /** Answers a POST of events of this kind once they are stored or refused. Never rejects. */
  async acceptPost(
    environment: Environment,
    kind: PayloadKind,
    exchange: Exchange,
    answerHeaders: AnswerHeaders = {},
  ): Promise<void> {
    const { incoming, outgoing } = exchange;
    // Also where nothing is taken, so that the connection can carry the next request.
    const read = await this.#bodies.read(incoming);
    const refusal =
      this.#closed(environment, kind) ??
      (read.kind === "read" ? await this.#keep(environment, kind, incoming.headers, read.body) : read.kind);
    this.#count(environment, kind, refusal);
    if (refusal === undefined) answerAccepted(outgoing, answerHeaders);
    else answerRefused(exchange, refusal, answerHeaders);
  }

  /**
   * Accepts the events in the URL of an image, which have a schema of their own. Resolves with the reason of a refusal, or with
   * nothing once they are stored. Never rejects.
   */
  async acceptImage(
    environment: Environment,
    data: string | undefined,
    userAgent: string | undefined,
  ): Promise<Refusal | undefined> {
    const refusal =
      this.#closed(environment, "browser-analytics") ?? (await this.#keepImage(environment, data, userAgent));
    this.#count(environment, "browser-analytics", refusal);
    return refusal;
  }

  #count({ name }: Environment, kind: PayloadKind, refusal: Refusal | undefined): void {
    const counter = this.#parts.mode === "discard" ? this.#discarded : this.#accepted;
    if (refusal === undefined) counter.add({ environment: name, kind });
    else this.#refused.add({ environment: name, reason: refusal });
  }

  /** Why payloads of this kind are refused, whatever the body. */
  #closed(environment: Environment, kind: PayloadKind): Refusal | undefined {
    const { mode, queues } = this.#parts;
    if (mode === "refuse") {
      this.#sayDisabled(environment);
      return "disabled";
    }
    if (mode === "discard") return undefined;
    if (queues.isFull(environment.id)) return "queue_full";
    return queues.isParkedFull(environment.id, kind) ? "parked_full" : undefined;
  }

  /** Logged once, because the operator may not know that SDKs send events. */
  #sayDisabled({ name }: Environment): void {
    if (this.#saidDisabled) return;
    this.#saidDisabled = true;
    this.#parts.logger.warn(
      "an SDK sent events and got 503, because event forwarding is off: set [Events] sendEvents to deliver them",
      { event: "events.off.refused", environment: name },
    );
  }

  async #keepImage(
    environment: Environment,
    data: string | undefined,
    userAgent: string | undefined,
  ): Promise<Refusal | undefined> {
    const body = imageEvents(data);
    if (body === undefined) return "malformed";
    const headers = {
      "x-launchdarkly-event-schema": "3",
      "content-type": "application/json",
      "user-agent": userAgent,
    };
    return this.#keep(environment, "browser-analytics", headers, body);
  }

  async #keep(
    environment: Environment,
    kind: PayloadKind,
    headers: IncomingHttpHeaders,
    body: Buffer,
  ): Promise<Refusal | undefined> {
    const { mode, maxBodyBytes, queues, logger, clock } = this.#parts;
    // Nobody looks at what is thrown away.
    if (mode === "discard") return undefined;
    if (body.byteLength === 0) return "empty";
    let start = body;
    if (saysGzip(headers["content-encoding"])) {
      const inspected = await inspectGzip(body, maxBodyBytes);
      if (inspected.kind !== "fine") return inspected.kind;
      start = inspected.start;
    }
    try {
      await queues.keep(environment.id, toPayload(actualKind(kind, start), headers, body, clock.now()));
      this.#refusalLog.stored();
      return undefined;
    } catch (error) {
      if (error instanceof CongestedError) return "congested";
      const failure = storeFailure(error);
      this.#refusalLog.failed(failure, error, environment.name);
      logger.debug("an event payload was not accepted", {
        environment: environment.name,
        error: describeError(error),
      });
      return refusalAfter(failure);
    }
  }
}
