import type { BigSegmentsStatus } from "../big-segments.ts";
import { type Reason, reasonText } from "./reason.ts";

/** What the results of a flag have in common, whatever comes out. */
export interface FlagFacts {
  /** The key under which clients find the result. */
  readonly key: string;
  /** What clients compare: the flag's own version, or one that rises with every change of the environment. */
  readonly version: number;
  readonly flagVersion: number;
  readonly trackEvents: boolean;
  /** Milliseconds since the epoch; 0: no debugging. */
  readonly debugEventsUntilDate: number;
}

/** One of the ways in which the evaluation of a flag can end. */
export interface Ending {
  /** `undefined`: there is none, and the value is null. */
  readonly variation: number | undefined;
  /** The value as JSON text. */
  readonly value: string;
  readonly reason: Reason;
  /** Whether events about it are to say so, with the reason. */
  readonly isExperiment: boolean;
  /** The prerequisites that were evaluated on the way, which SDKs count, too. */
  readonly prerequisites: readonly string[];
  /** Whether flags that have this one as prerequisite are malformed with it. */
  readonly breaksDependents: boolean;
}

/**
 * An ending of a flag's evaluation, with its result as bytes: there are few of them and many contexts, so each is
 * encoded once, when it is first needed.
 */
export class EvaluationOutcome {
  readonly variation: number | undefined;
  readonly breaksDependents: boolean;
  readonly bigSegmentsStatus: BigSegmentsStatus | undefined;
  readonly #facts: FlagFacts;
  readonly #ending: Ending;
  readonly #byStatus = new Map<BigSegmentsStatus, EvaluationOutcome>();
  #member: Buffer | undefined;
  #memberWithReason: Buffer | undefined;

  constructor(facts: FlagFacts, ending: Ending, bigSegmentsStatus?: BigSegmentsStatus) {
    this.variation = ending.variation;
    this.breaksDependents = ending.breaksDependents;
    this.bigSegmentsStatus = bigSegmentsStatus;
    this.#facts = facts;
    this.#ending = ending;
  }

  /** A comma, the key, and {@link entry}: how the result goes into an object of results. */
  member(withReason: boolean): Buffer {
    if (withReason) {
      this.#memberWithReason ??= this.#encode(true);
      return this.#memberWithReason;
    }
    this.#member ??= this.#encode(false);
    return this.#member;
  }

  /** The same ending, reached by asking for big segments, which the reason tells. */
  withBigSegments(status: BigSegmentsStatus): EvaluationOutcome {
    const known = this.#byStatus.get(status);
    if (known !== undefined) return known;
    const outcome = new EvaluationOutcome(this.#facts, this.#ending, status);
    this.#byStatus.set(status, outcome);
    return outcome;
  }

  /** The result as JSON text (R1.6). */
  entry(withReason: boolean): string {
    const { version, flagVersion, trackEvents, debugEventsUntilDate } = this.#facts;
    const { variation, value, reason, isExperiment, prerequisites } = this.#ending;
    let text = `{"value":${value},"variation":${variation ?? null}`;
    text += `,"version":${version},"flagVersion":${flagVersion}`;
    if (trackEvents || isExperiment) text += ',"trackEvents":true';
    if (isExperiment) text += ',"trackReason":true';
    if (withReason || isExperiment) text += `,"reason":${reasonText(reason, this.bigSegmentsStatus)}`;
    if (debugEventsUntilDate !== 0) text += `,"debugEventsUntilDate":${debugEventsUntilDate}`;
    if (prerequisites.length > 0) text += `,"prerequisites":${JSON.stringify(prerequisites)}`;
    return `${text}}`;
  }

  #encode(withReason: boolean): Buffer {
    return Buffer.from(`,${JSON.stringify(this.#facts.key)}:${this.entry(withReason)}`);
  }
}
