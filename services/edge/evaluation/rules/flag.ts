import { worse } from "../big-segments.ts";
import type { Outcome } from "../result/outcome.ts";
import type { PrerequisiteFlag, Run } from "../run.ts";
import type { Decision } from "./decision.ts";

/** A flag that is ready to be evaluated. */
export class CompiledFlag implements PrerequisiteFlag {
  readonly on: boolean;
  readonly decision: Decision;
  readonly #circular: Outcome;
  /** What came out in the run with this stamp; `undefined` while it is being worked out. */
  #stamp = 0;
  #outcome: Outcome | undefined;

  /** `circular` is the outcome if the flag turns out to have itself as a prerequisite, by whatever way. */
  constructor(on: boolean, decision: Decision, circular: Outcome) {
    this.on = on;
    this.decision = decision;
    this.#circular = circular;
  }

  evaluate(run: Run): Outcome {
    const { decision } = this;
    if (decision.kind === "constant")
      return (run.mayBeTargeted && decision.targets.find(run.context)) || decision.outcome;
    if (this.#stamp !== run.stamp) {
      this.#stamp = run.stamp;
      this.#outcome = undefined;
      this.#outcome = this.#find(run, decision.decide);
    }
    const outcome = this.#outcome ?? this.#circular;
    run.bigSegmentsStatus = worse(run.bigSegmentsStatus, outcome.bigSegmentsStatus);
    return outcome;
  }

  #find(run: Run, decide: (run: Run) => Outcome): Outcome {
    const before = run.bigSegmentsStatus;
    run.bigSegmentsStatus = undefined;
    const outcome = decide(run);
    const status = run.bigSegmentsStatus;
    run.bigSegmentsStatus = before;
    return status === undefined ? outcome : outcome.withBigSegments(status);
  }
}
