import { hash } from "node:crypto";
import { DEFAULT_KIND } from "../context/evaluation-context.ts";
import type { ClauseModel } from "../model/clause-model.ts";
import type { Match, Run } from "../run.ts";
import { testOf } from "./operator.ts";

/** A condition that is ready to be asked. */
export type Condition = (run: Run) => Match;

/** What conditions ask. */
const NAMES = new WeakMap<Condition, string>();

/** Names what a condition asks, alike on every edge and in every pool; `undefined` if only one flag can ask it. */
export function nameOf(condition: Condition): string | undefined {
  return NAMES.get(condition);
}

const MALFORMED: Condition = () => "malformed";

/**
 * The conditions of an environment. Many rules ask the same, and a condition that they share is asked only once in a
 * run. What nobody uses any more stays, so after many changes it is time for a new pool.
 */
export class ClausePool {
  readonly #conditions = new Map<string, Condition>();

  get size(): number {
    return this.#conditions.size;
  }

  /** Of clauses that must all hold. They are asked in their order, and none after the first that does not. */
  all(clauses: readonly ClauseModel[]): Condition {
    const conditions = clauses.map((clause) => this.#one(clause));
    const [only] = conditions;
    if (only !== undefined && conditions.length === 1) return only;
    // Segments remember for themselves, and each who asks must learn what was found of big ones.
    return clauses.some(({ op }) => op === "segmentMatch")
      ? allOf(conditions)
      : this.#shared(clauses, () => allOf(conditions));
  }

  #one(clause: ClauseModel): Condition {
    if (clause.op === "segmentMatch") return inOneSegment(clause.values, clause.negate);
    return this.#shared(clause, () => compileClause(clause));
  }

  #shared(definition: object, compile: () => Condition): Condition {
    const name = hash("sha1", JSON.stringify(definition));
    const known = this.#conditions.get(name);
    if (known !== undefined) return known;
    const condition = remembered(compile());
    this.#conditions.set(name, condition);
    NAMES.set(condition, name);
    return condition;
  }
}

function remembered(holds: Condition): Condition {
  let stamp = 0;
  let match: Match = false;
  return (run) => {
    if (stamp !== run.stamp) {
      stamp = run.stamp;
      match = holds(run);
    }
    return match;
  };
}

/**
 * Compiles one clause. What a context does not have satisfies no clause, not even a negated one; of a list one element
 * must satisfy it.
 */
function compileClause({ op, attribute, contextKind, values, negate }: ClauseModel): Condition {
  if (attribute.kind !== "attribute") return MALFORMED;
  const test = testOf(op, values);
  if (attribute.name === "kind")
    return ({ context }) => context.kinds.some(({ kind }) => test(kind)) !== negate;
  const { read } = attribute;
  const kind = contextKind === "" ? DEFAULT_KIND : contextKind;
  return ({ context }) => {
    const individual = context.ofKind(kind);
    const value = individual === undefined ? undefined : read(individual);
    if (value === undefined) return false;
    return (Array.isArray(value) ? value.some(test) : test(value)) !== negate;
  };
}

function allOf(conditions: readonly Condition[]): Condition {
  return (run) => {
    for (const holds of conditions) {
      const match = holds(run);
      if (match !== true) return match;
    }
    return true;
  };
}

/** A segment that does not exist has no members. */
function inOneSegment(values: readonly unknown[], negate: boolean): Condition {
  const keys = values.filter((value) => typeof value === "string");
  return (run) => {
    for (const key of keys) {
      const match = run.items.segments.get(key)?.compiled.contains(run) ?? false;
      if (match === "malformed") return match;
      if (match) return !negate;
    }
    return negate;
  };
}
