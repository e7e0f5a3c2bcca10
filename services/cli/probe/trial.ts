import { describeError } from "../../../shared/base/errors.ts";
import { redisCause, UNKNOWN_CODE } from "../../../shared/redis/redis-cause.ts";

/** Something that a role does in Redis, to be done once. */
export interface Trial {
  readonly role: "ingestor" | "edge" | "forwarder";
  /** What is done, as a clause behind the role: "reads flags". */
  readonly what: string;
  readonly run: () => Promise<void>;
  /** The trials without which this one would say nothing. */
  readonly needs?: readonly Trial[];
}

/** A trial that did not go well, and in words why and what to do. */
export interface FailedTrial {
  readonly trial: Trial;
  readonly why: string;
}

/** Does one after the other. What needs a trial that failed is left out. Never rejects. */
export async function failedTrials(trials: readonly Trial[]): Promise<FailedTrial[]> {
  const failed: FailedTrial[] = [];
  const bad = new Set<Trial>();
  for (const trial of trials) {
    if (trial.needs?.some((needed) => bad.has(needed))) {
      bad.add(trial);
      continue;
    }
    try {
      await trial.run();
    } catch (error) {
      bad.add(trial);
      failed.push({ trial, why: whyNot(error) });
    }
  }
  return failed;
}

function whyNot(error: unknown): string {
  const { code, text, advice } = redisCause(error);
  if (code === UNKNOWN_CODE) return describeError(error);
  return [`${text}.`, advice].filter(Boolean).join(" ");
}
