import { type BigSegmentsStatus, worse } from "../big-segments.ts";
import { DEFAULT_KIND, type EvaluationContext } from "../context/evaluation-context.ts";
import type { SegmentModel, SegmentRuleModel, SegmentTargetModel } from "../model/segment-model.ts";
import type { Match, MemberSegment, Run } from "../run.ts";
import { compileBucket } from "./bucket.ts";
import type { ClausePool, Condition } from "./clause.ts";

/** Weights are parts of this. */
const WHOLE = 100_000;

/** A segment that is ready to be asked for its members. */
export class CompiledSegment implements MemberSegment {
  readonly #decide: Condition;
  /** What was found for the context of the run with this stamp; `undefined` while it is being found. */
  #stamp = 0;
  #match: Match | undefined;
  #bigSegmentsStatus: BigSegmentsStatus | undefined;

  constructor(decide: Condition) {
    this.#decide = decide;
  }

  /**
   * Whether the context belongs to it. A segment that refers to itself is malformed; what was found on the way round
   * depends on where that began, so it is not kept.
   */
  contains(run: Run): Match {
    if (this.#stamp === run.stamp && this.#match === undefined) {
      run.cycles += 1;
      return "malformed";
    }
    const match = this.#stamp === run.stamp && this.#match !== undefined ? this.#match : this.#find(run);
    run.bigSegmentsStatus = worse(run.bigSegmentsStatus, this.#bigSegmentsStatus);
    return match;
  }

  #find(run: Run): Match {
    const { cycles, bigSegmentsStatus } = run;
    run.bigSegmentsStatus = undefined;
    this.#stamp = run.stamp;
    this.#match = undefined;
    const match = this.#decide(run);
    this.#bigSegmentsStatus = run.bigSegmentsStatus;
    run.bigSegmentsStatus = bigSegmentsStatus;
    if (run.cycles === cycles) this.#match = match;
    else this.#stamp = 0;
    return match;
  }
}

/** Compiles a segment; one without a readable shape is malformed. */
export function compileSegment(segment: SegmentModel | undefined, clauses: ClausePool): CompiledSegment {
  if (segment === undefined) return new CompiledSegment(() => "malformed");
  const named = segment.unbounded ? compileBigMembers(segment) : compileMembers(segment);
  const rules = segment.rules.map((rule) => compileRule(rule, segment, clauses.all(rule.clauses)));
  return new CompiledSegment((run) => {
    const isNamed = named(run);
    if (isNamed !== undefined) return isNamed;
    for (const holds of rules) {
      const match = holds(run);
      if (match !== false) return match;
    }
    return false;
  });
}

/** Members and non-members by their keys; `undefined`: the rules decide. */
type Named = (run: Run) => boolean | undefined;

function compileMembers(segment: SegmentModel): Named {
  const included = new Set(segment.included);
  const excluded = new Set(segment.excluded);
  const isIncluded = compileSegmentTargets(segment.includedContexts);
  const isExcluded = compileSegmentTargets(segment.excludedContexts);
  return ({ context }) => {
    const { user } = context;
    // The lists of contexts are only looked at for contexts that have more to them than a user.
    const hasMore = user === undefined || context.kinds.length > 1;
    if (user !== undefined && included.has(user.key)) return true;
    if (hasMore && isIncluded(context)) return true;
    if (user !== undefined && excluded.has(user.key)) return false;
    if (hasMore && isExcluded(context)) return false;
    return undefined;
  };
}

function compileSegmentTargets(
  targets: readonly SegmentTargetModel[],
): (context: EvaluationContext) => boolean {
  const lists = targets.map(({ contextKind, values }) => ({
    kind: contextKind === "" ? DEFAULT_KIND : contextKind,
    keys: new Set(values),
  }));
  return (context) =>
    lists.some(({ kind, keys }) => {
      const individual = context.ofKind(kind);
      return individual !== undefined && keys.has(individual.key);
    });
}

/** A big segment whose generation is not known cannot be looked up, and its rules do not count either. */
function compileBigMembers({ key, generation, unboundedContextKind }: SegmentModel): Named {
  const reference = `${key}.g${generation}`;
  const kind = unboundedContextKind === "" ? DEFAULT_KIND : unboundedContextKind;
  return (run) => {
    if (generation === undefined) {
      run.bigSegmentsStatus = "NOT_CONFIGURED";
      return false;
    }
    const individual = run.context.ofKind(kind);
    if (individual === undefined) return false;
    run.bigSegmentsStatus = worse(run.bigSegmentsStatus, run.memberships.status);
    return run.memberships.includes(reference, individual.key);
  };
}

function compileRule(rule: SegmentRuleModel, { key, salt }: SegmentModel, holds: Condition): Condition {
  if (rule.weight === undefined) return holds;
  const below = Math.fround(Math.fround(rule.weight) / WHOLE);
  const bucketOf = compileBucket({
    contextKind: rule.rolloutContextKind,
    bucketBy: rule.bucketBy,
    prefix: `${key}.${salt}`,
    isExperiment: false,
  });
  return (run) => {
    const match = holds(run);
    if (match !== true) return match;
    if (bucketOf === undefined) return "malformed";
    const bucket = bucketOf(run.context);
    return bucket !== undefined && bucket < below;
  };
}
