import type { Redis } from "ioredis";
import { randomToken } from "../base/random.ts";
import { APPEND, CLOSE, SETTLE } from "./batch-scripts.ts";
import { encodeJob } from "./event-job.ts";
import type { BatchMember, EventPayload } from "./event-payload.ts";
import type { EventQueue } from "./event-queue.ts";
import { type HeldJob, JobLostError } from "./held-job.ts";
import { UnknownJobError } from "./unknown-job-error.ts";

/** A payload on its way into a batch. */
export interface BatchEntry extends BatchMember {
  /** What all payloads of a batch have in common, as its owner writes it; each has an open batch of its own. */
  readonly group: string;
  readonly acceptedAt: number;
}

/** What was gathered under one generation. */
export interface Batch {
  readonly group: string;
  /** In the order they came; each id once. */
  readonly entries: readonly BatchEntry[];
}

/** What of a job in hand is needed to do a step for it. */
export type BatchedJob = Pick<HeldJob, "key" | "lockKey" | "token" | "require">;

const ENTRY = "payload:";

/**
 * The batches of one environment's events: a batch is open while jobs append to it, closed by the flush job of its
 * generation, and gone once that job holds what became of it. Kept in Redis, so that whoever dies at whatever step
 * leaves everything to the next who takes the job.
 */
export class Batches {
  readonly #connection: Redis;
  readonly #queue: EventQueue;
  readonly #maxBytes: number;

  /** `connection` has the purpose `command`; a batch that has reached `maxBytes` is followed by a new one. */
  constructor(connection: Redis, queue: EventQueue, maxBytes: number) {
    this.#connection = connection;
    this.#queue = queue;
    this.#maxBytes = maxBytes;
  }

  /**
   * Appends the entries, unless this job has appended before; resolves with the generations that the job's
   * payloads went to, each of which then needs its flush job. Rejects with a {@link JobLostError}.
   */
  async append(job: BatchedJob, entries: readonly BatchEntry[]): Promise<readonly string[]> {
    const args = entries.flatMap(({ group, id, acceptedAt, events }) => [
      ...[group, id, Buffer.byteLength(events)],
      JSON.stringify({ acceptedAt, events }),
    ]);
    const keys = [this.#openBatches()];
    // BullMQ takes no whole numbers as ids of jobs.
    const generation = `batch-${randomToken()}`;
    const appended = await this.#run(job, APPEND, keys, this.#batch(""), generation, this.#maxBytes, ...args);
    return String(appended).split(" ");
  }

  /** Sees to it that there is a job that flushes the batch, `delayMs` after the first such call. */
  async scheduleFlush(job: BatchedJob, generation: string, delayMs: number): Promise<void> {
    job.require();
    await this.#queue.addFlush(generation, delayMs);
  }

  /**
   * Closes the batch and resolves with it, or with nothing if it was settled before; may be called again. Rejects
   * with a {@link JobLostError}.
   */
  async close(job: BatchedJob, generation: string): Promise<Batch | undefined> {
    const keys = [this.#openBatches(), this.#batch(generation)];
    const fields = (await this.#run(job, CLOSE, keys, generation)) as string[];
    return fields.length === 0 ? undefined : decodeBatch(fields);
  }

  /**
   * Puts `payloads` into the job and removes the batch that they were made of, in one step: from then on it is a
   * job like others. Rejects with a {@link JobLostError}.
   */
  async settle(job: BatchedJob, generation: string, payloads: readonly EventPayload[]): Promise<void> {
    await this.#run(job, SETTLE, [this.#batch(generation)], JSON.stringify(encodeJob(payloads)));
  }

  async #run(
    job: BatchedJob,
    script: string,
    others: readonly string[],
    ...args: readonly (string | number)[]
  ): Promise<unknown> {
    job.require();
    const keys = [job.key, job.lockKey, ...others];
    const result = await this.#connection.eval(script, keys.length, ...keys, job.token, ...args);
    // A script's `false` arrives as null.
    if (result === null) throw new JobLostError("the job's lock is no longer ours");
    return result;
  }

  #openBatches(): string {
    return this.#queue.key("open-batches");
  }

  /** No id of a job holds a colon, so no job is called like a batch. */
  #batch(generation: string): string {
    return this.#queue.key(`batch:${generation}`);
  }
}

function decodeBatch(fields: readonly string[]): Batch {
  const values = new Map<string, string>();
  for (let i = 0; i < fields.length; i += 2) values.set(fields[i] ?? "", fields[i + 1] ?? "");
  const group = values.get("group") ?? "";
  const placed = [...values].flatMap(([field, value]) =>
    field.startsWith(ENTRY) ? [decodeEntry(group, field.slice(ENTRY.length), value)] : [],
  );
  placed.sort((one, other) => one.place - other.place);
  return { group, entries: placed.map(({ entry }) => entry) };
}

/** Redis keeps no order of a hash, so each payload lies behind the number of its place. */
function decodeEntry(group: string, id: string, value: string): { place: number; entry: BatchEntry } {
  const end = value.indexOf(" ");
  const { acceptedAt, events } = JSON.parse(value.slice(end)) as Partial<Record<string, unknown>>;
  if (typeof acceptedAt !== "number" || typeof events !== "string")
    throw new UnknownJobError("a batch contains an invalid payload");
  return { place: Number(value.slice(0, end)), entry: { group, id, acceptedAt, events } };
}
