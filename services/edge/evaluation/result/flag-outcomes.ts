import type { FlagModel, RuleModel } from "../model/flag-model.ts";
import { type Ending, EvaluationOutcome, type FlagFacts } from "./outcome.ts";
import type { Reason } from "./reason.ts";

/** Makes the outcomes of one flag. */
export class FlagOutcomes {
  readonly #facts: FlagFacts;
  readonly #flag: FlagModel;
  readonly #prerequisites: readonly string[];

  constructor(facts: FlagFacts, flag: FlagModel) {
    this.#facts = facts;
    this.#flag = flag;
    this.#prerequisites = flag.prerequisites.map(({ key }) => key);
  }

  off(): EvaluationOutcome {
    return this.#offValue({ kind: "OFF" }, []);
  }

  /** The prerequisite at `index` has another outcome than it must have. */
  prerequisiteFailed(index: number): EvaluationOutcome {
    return this.#prerequisiteFailed(index, index + 1);
  }

  /** There is no such flag as the prerequisite at `index`, so nothing was evaluated that could be listed. */
  prerequisiteMissing(index: number): EvaluationOutcome {
    return this.#prerequisiteFailed(index, index);
  }

  target(variation: number): EvaluationOutcome {
    return this.#variation(variation, { kind: "TARGET_MATCH" }, false);
  }

  rule(
    { id, trackEvents }: RuleModel,
    ruleIndex: number,
    variation: number,
    inExperiment: boolean,
  ): EvaluationOutcome {
    const reason: Reason = {
      kind: "RULE_MATCH",
      ruleIndex,
      ...(id !== "" && { ruleId: id }),
      ...(inExperiment && { inExperiment }),
    };
    return this.#variation(variation, reason, inExperiment || trackEvents);
  }

  fallthrough(variation: number, inExperiment: boolean): EvaluationOutcome {
    const reason: Reason = { kind: "FALLTHROUGH", ...(inExperiment && { inExperiment }) };
    return this.#variation(variation, reason, inExperiment || this.#flag.trackEventsFallthrough);
  }

  /** What is to be served is not there: the flag itself is malformed, but those that depend on it are only unmet. */
  unservable(): EvaluationOutcome {
    return malformed(this.#facts, false);
  }

  /** Neither the flag nor one that depends on it can be evaluated. */
  broken(): EvaluationOutcome {
    return malformed(this.#facts, true);
  }

  #prerequisiteFailed(index: number, evaluated: number): EvaluationOutcome {
    const prerequisiteKey = this.#prerequisites[index] ?? "";
    return this.#offValue(
      { kind: "PREREQUISITE_FAILED", prerequisiteKey },
      this.#prerequisites.slice(0, evaluated),
    );
  }

  #offValue(reason: Reason, prerequisites: readonly string[]): EvaluationOutcome {
    const { offVariation } = this.#flag;
    const ending = { reason, isExperiment: false, prerequisites, breaksDependents: false };
    if (offVariation === undefined)
      return new EvaluationOutcome(this.#facts, { ...ending, variation: undefined, value: "null" });
    return this.#served(offVariation, ending);
  }

  #variation(variation: number, reason: Reason, isExperiment: boolean): EvaluationOutcome {
    return this.#served(variation, {
      reason,
      isExperiment,
      prerequisites: this.#prerequisites,
      breaksDependents: false,
    });
  }

  #served(variation: number, ending: Omit<Ending, "variation" | "value">): EvaluationOutcome {
    const value = this.#flag.variations[variation];
    return value === undefined
      ? this.unservable()
      : new EvaluationOutcome(this.#facts, { ...ending, variation, value });
  }
}

/**
 * The outcome of a flag that cannot be evaluated. It names no prerequisites: they may go in a circle, in which SDKs
 * would follow them for ever (S10).
 */
export function malformed(facts: FlagFacts, breaksDependents: boolean): EvaluationOutcome {
  return new EvaluationOutcome(facts, {
    variation: undefined,
    value: "null",
    reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG" },
    isExperiment: false,
    prerequisites: [],
    breaksDependents,
  });
}
