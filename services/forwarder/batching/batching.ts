import { randomUUID } from "node:crypto";
import type { Redis } from "ioredis";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import type { Batch, BatchEntry, BatchedJob, Batches } from "../../../shared/queue/batches.ts";
import type { CauseOfDeath } from "../../../shared/queue/dead-letter.ts";
import type { JobContent } from "../../../shared/queue/event-job.ts";
import type { EventPayload } from "../../../shared/queue/event-payload.ts";
import { arrayText } from "../../../shared/queue/payload-body.ts";
import { batchGroup, groupText, readGroup } from "./batch-group.ts";
import type { BatchingMetrics } from "./batching-metrics.ts";
import { lookUpFlags } from "./flag-lookup.ts";
import { mergeSummarised, mergeUnchanged } from "./merged-events.ts";
import { mergedPayload } from "./merged-payload.ts";

/** What the batches of all environments share. */
export interface BatchingParts {
  /** `[Events] merge`: whether all analytics are batched, or only what must be summarised. */
  readonly merge: boolean;
  /** `[Events] flushInterval`. */
  readonly flushIntervalMs: number;
  /** `[Events] capacity`: how many contexts the summary of one batch remembers. */
  readonly capacity: number;
  /** How merged payloads name their sender. */
  readonly userAgent: string;
  /** To the Redis of the flags. */
  readonly flags: Redis;
  readonly logger: Logger;
  readonly metrics: BatchingMetrics;
  readonly clock: Clock;
}

/** What of jobs may go into batches, or comes out of one. */
type BatchableContent = Exclude<JobContent, { readonly kind: "release" }>;

/** Writes a dead letter; resolves once it is safe. */
type Bury = (payload: EventPayload, cause: CauseOfDeath) => Promise<void>;

/** Puts payloads of one environment's jobs into batches, and makes a payload of each batch when its time has come. */
export class Batching {
  readonly #batches: Batches;
  readonly #bury: Bury;
  readonly #parts: BatchingParts;
  #environment: Environment;

  constructor(environment: Environment, batches: Batches, bury: Bury, parts: BatchingParts) {
    this.#environment = environment;
    this.#batches = batches;
    this.#bury = bury;
    this.#parts = parts;
  }

  /** From now on flags are looked up where this version of the environment has them. */
  use(environment: Environment): void {
    this.#environment = environment;
  }

  /**
   * What of the job is to be delivered by itself. All else has gone into batches when this resolves, and may leave
   * the job. May be called again after any failure, here or elsewhere. Rejects with a `JobLostError`.
   */
  async direct(content: BatchableContent, job: BatchedJob): Promise<readonly EventPayload[]> {
    return content.kind === "flush"
      ? this.#flush(job, content.generation)
      : this.#divide(job, content.payloads);
  }

  async #divide(job: BatchedJob, payloads: readonly EventPayload[]): Promise<readonly EventPayload[]> {
    const direct: EventPayload[] = [];
    const entries: BatchEntry[] = [];
    for (const payload of payloads) {
      const group = batchGroup(payload, this.#parts.merge);
      if (group === undefined) {
        direct.push(payload);
        continue;
      }
      const events = await arrayText(payload, "utf8");
      if (events === undefined) await this.#dead(payload, "no JSON array of events");
      else entries.push({ group: groupText(group), id: payload.id, acceptedAt: payload.acceptedAt, events });
    }
    if (entries.length > 0) await this.#append(job, entries);
    return direct;
  }

  async #append(job: BatchedJob, entries: readonly BatchEntry[]): Promise<void> {
    // Also when the job has appended before: whoever did may have died before there was a flush job.
    for (const generation of await this.#batches.append(job, entries))
      await this.#batches.scheduleFlush(job, generation, this.#parts.flushIntervalMs);
    this.#parts.metrics.batched.add(this.#labels(), entries.length);
  }

  async #flush(job: BatchedJob, generation: string): Promise<readonly EventPayload[]> {
    const { metrics, logger } = this.#parts;
    const batch = await this.#batches.close(job, generation);
    if (batch === undefined) return [];
    const { payloads, unusable } = await this.#merge(batch);
    // Computed anew as long as this fails; what is settled is what every try delivers.
    await this.#batches.settle(job, generation, payloads);
    metrics.merged.add(this.#labels());
    if (unusable === 0) return payloads;
    metrics.unusable.add(this.#labels(), unusable);
    logger.error("dropped events that are incomplete or malformed from a batch; the others are delivered", {
      event: "events.unusable",
      unusable,
    });
    return payloads;
  }

  async #merge({ group: text, entries }: Batch): Promise<{ payloads: EventPayload[]; unusable: number }> {
    const { capacity, clock, flags, userAgent } = this.#parts;
    const [group, now, { prefix }] = [readGroup(text), clock.now(), this.#environment];
    const merged = group.summarise
      ? await mergeSummarised(entries, { schema: group.schema, capacity, now }, (keys) =>
          lookUpFlags(flags, prefix, keys),
        )
      : mergeUnchanged(entries);
    const { events, unusable } = merged;
    if (events === "[]") return { payloads: [], unusable };
    const acceptedAt = entries.reduce((oldest, entry) => Math.min(oldest, entry.acceptedAt), now);
    return { payloads: [mergedPayload(randomUUID(), group, merged, acceptedAt, userAgent)], unusable };
  }

  async #dead(payload: EventPayload, reason: string): Promise<void> {
    const { metrics, logger } = this.#parts;
    await this.#bury(payload, { reason });
    metrics.dead.add(this.#labels());
    logger.warn("events cannot be delivered, kept as a dead letter", {
      event: "events.dead",
      payload: payload.id,
      reason,
    });
  }

  #labels(): { environment: string } {
    return { environment: this.#environment.name };
  }
}
