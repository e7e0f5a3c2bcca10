import type { BigSegmentsStatus, Memberships } from "./big-segments.ts";
import type { EvaluationContext } from "./context/evaluation-context.ts";
import type { EvaluationOutcome } from "./result/outcome.ts";

/** Whether a condition holds; one that cannot be understood makes the flag that asks malformed. */
export type Match = boolean | "malformed";

/** What a flag asks of another that is its prerequisite. */
export interface PrerequisiteFlag {
  /** Off, it is no prerequisite that could be met. */
  readonly on: boolean;
  readonly evaluate: (run: Run) => EvaluationOutcome;
}

/** What a clause asks of a segment. */
export interface MemberSegment {
  contains(run: Run): Match;
}

/** The flags and segments that rules refer to by their keys; deleted ones are not among them. */
export interface Items {
  readonly flags: ReadonlyMap<string, { readonly compiled: PrerequisiteFlag }>;
  readonly segments: ReadonlyMap<string, { readonly compiled: MemberSegment }>;
  /** At least all keys that some flag targets: who is not among them need not be looked for in every flag. */
  readonly targetedKeys: ReadonlySet<string>;
}

/** Above it V8 keeps numbers in another form, which makes each look at a stamp dearer. */
const LAST_STAMP = 2 ** 31 - 1;
let lastStamp = 0;

/**
 * The evaluation of flags for one context, from begin to end. It cannot be interrupted, so flags and segments keep
 * what they found in themselves, under the run's stamp: each is worked out at most once in a run, however many refer
 * to it.
 */
export class Run {
  readonly context: EvaluationContext;
  readonly items: Items;
  readonly memberships: Memberships;
  /** Of no other run of the process, until it has made billions of them. */
  readonly stamp: number;
  /** False: no flag targets the context. */
  readonly mayBeTargeted: boolean;
  /** What was found of big segments since the flag that is being evaluated began; `undefined`: none was asked. */
  bigSegmentsStatus: BigSegmentsStatus | undefined;
  /** How often a flag or segment was asked that rests on itself. */
  cycles = 0;

  constructor(context: EvaluationContext, items: Items, memberships: Memberships) {
    this.context = context;
    this.items = items;
    this.memberships = memberships;
    lastStamp = lastStamp === LAST_STAMP ? 1 : lastStamp + 1;
    this.stamp = lastStamp;
    this.mayBeTargeted = context.kinds.some(({ key }) => items.targetedKeys.has(key));
    this.bigSegmentsStatus = undefined;
  }
}
