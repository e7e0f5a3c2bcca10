import type { HeldJob } from "../../../shared/queue/held-job.ts";
import type { JobLedger } from "./job-ledger.ts";

/** A job in hand, as deliveries need it. */
export type JobInHand = Pick<HeldJob, "id" | "key" | "lockKey" | "token" | "require" | "rewrite">;

/** One turn of a job: what is to be posted as long as the job is ours, and what became of it. */
export interface Turn {
  readonly job: JobInHand;
  readonly ledger: JobLedger;
  /** Whether a payload is tried to find out how its destination does. */
  readonly probes: boolean;
}

/** Rejects, with what went wrong first, only when all have ended. */
export async function allSettled(tasks: readonly Promise<unknown>[]): Promise<void> {
  for (const one of await Promise.allSettled(tasks)) if (one.status === "rejected") throw one.reason;
}
