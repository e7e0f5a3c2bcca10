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
 * An ending of a flag's evaluation, with its result as text: there are few of them and many contexts, so the text is
 * made once, when it is first needed.
 */
export class Outcome {
  readonly variation: number | undefined;
  readonly breaksDependents: boolean;
  readonly bigSegmentsStatus: BigSegmentsStatus | undefined;
  readonly #facts: FlagFacts;
  readonly #ending: Ending;
  readonly #byStatus = new Map<BigSegmentsStatus, Outcome>();
  #text: string | undefined;
  #textWithReason: string | undefined;

  constructor(facts: FlagFacts, ending: Ending, bigSegmentsStatus?: BigSegmentsStatus) {
    this.variation = ending.variation;
    this.breaksDependents = ending.breaksDependents;
    this.bigSegmentsStatus = bigSegmentsStatus;
    this.#facts = facts;
    this.#ending = ending;
  }

  /** The member of an object of results: a comma, the key, and the entry (ld-relay, section 1.6). */
  member(withReason: boolean): string {
    if (withReason) {
      this.#textWithReason ??= this.#member(true);
      return this.#textWithReason;
    }
    this.#text ??= this.#member(false);
    return this.#text;
  }

  /** The same ending, reached by asking for big segments, which the reason tells. */
  withBigSegments(status: BigSegmentsStatus): Outcome {
    const known = this.#byStatus.get(status);
    if (known !== undefined) return known;
    const outcome = new Outcome(this.#facts, this.#ending, status);
    this.#byStatus.set(status, outcome);
    return outcome;
  }

  #member(withReason: boolean): string {
    const { key, version, flagVersion, trackEvents, debugEventsUntilDate } = this.#facts;
    const { variation, value, reason, isExperiment, prerequisites } = this.#ending;
    let text = `,${JSON.stringify(key)}:{"value":${value},"variation":${variation ?? null}`;
    text += `,"version":${version},"flagVersion":${flagVersion}`;
    if (trackEvents || isExperiment) text += ',"trackEvents":true';
    if (isExperiment) text += ',"trackReason":true';
    if (withReason || isExperiment) text += `,"reason":${reasonText(reason, this.bigSegmentsStatus)}`;
    if (debugEventsUntilDate !== 0) text += `,"debugEventsUntilDate":${debugEventsUntilDate}`;
    if (prerequisites.length > 0) text += `,"prerequisites":${JSON.stringify(prerequisites)}`;
    return `${text}}`;
  }
}
