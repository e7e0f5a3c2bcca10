import { type EventPayload, isPayloadKind, type PayloadKind } from "./event-payload.ts";
import { changedHeaders, type HeaderChanges, headerChanges } from "./header-changes.ts";
import { asRecord, decodeWithHeaders, type StoredPayload, storeWithHeaders } from "./stored-payload.ts";
import { UnknownJobError } from "./unknown-job-error.ts";

interface PayloadsJob {
  readonly version: 1;
  /** The headers of each are told from those of the one before it. */
  readonly payloads: readonly StoredPayload<HeaderChanges>[];
}

interface FlushJob {
  readonly version: 1;
  readonly flush: string;
}

interface ReleaseJob {
  readonly version: 1;
  readonly release: PayloadKind;
}

/**
 * What a job holds: payloads of one environment that were committed together, the order to flush a batch, or the order
 * to take parked payloads, which then are its own, as the jobs in which they were parked.
 */
export type EventJob = PayloadsJob | FlushJob | ReleaseJob;

/** What a job asks for. */
export type JobContent =
  | { readonly kind: "payloads"; readonly payloads: readonly EventPayload[] }
  /** The batch of this generation is to be closed, and the job to become its delivery. */
  | { readonly kind: "flush"; readonly generation: string }
  /** The oldest parked payloads of this kind are to become the job's own. */
  | { readonly kind: "release"; readonly of: PayloadKind };

/** The job of these payloads. */
export function encodeJob(payloads: readonly EventPayload[]): PayloadsJob {
  return {
    version: 1,
    payloads: payloads.map((payload, n) =>
      storeWithHeaders(payload, headerChanges(payload, payloads[n - 1])),
    ),
  };
}

/** The job that flushes the batch of this generation. */
export function encodeFlush(generation: string): FlushJob {
  return { version: 1, flush: generation };
}

/** The job that takes parked payloads of this kind. */
export function encodeRelease(kind: PayloadKind): ReleaseJob {
  return { version: 1, release: kind };
}

/** What a job asks for. Throws an {@link UnknownJobError} when it has another shape. */
export function jobContent(job: unknown): JobContent {
  const { version, flush, release } = asRecord(job, "the job");
  if (version === 1 && typeof flush === "string") return { kind: "flush", generation: flush };
  if (version === 1 && isPayloadKind(release)) return { kind: "release", of: release };
  return { kind: "payloads", payloads: decodeJob(job) };
}

/** The payloads of a job. Throws an {@link UnknownJobError} when it has another shape. */
export function decodeJob(job: unknown): EventPayload[] {
  const { version, jobs, payloads } = asRecord(job, "the job");
  if (version === 1 && Array.isArray(jobs)) return jobs.flatMap(decodeJob);
  if (version !== 1) throw new UnknownJobError(`the job has version ${String(version)}, not 1`);
  if (!Array.isArray(payloads)) throw new UnknownJobError("the job has no list of payloads");
  let before: EventPayload | undefined;
  return payloads.map((payload: unknown, index) => {
    before = decodeWithHeaders(payload, `payload ${index}`, (changes, id) =>
      changedHeaders(changes, id, before),
    );
    return before;
  });
}
