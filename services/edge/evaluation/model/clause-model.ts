import { type Attribute, attributeOf } from "./attribute-reference.ts";
import { asObject, flagOf, listOf, textOf } from "./reading.ts";

/** One condition of a rule. */
export interface ClauseModel {
  readonly attribute: Attribute;
  /** Empty: that of users. */
  readonly contextKind: string;
  readonly op: string;
  readonly values: readonly unknown[];
  readonly negate: boolean;
}

export function readClause(value: unknown): ClauseModel {
  const clause = asObject(value);
  const contextKind = textOf(clause, "contextKind");
  return {
    attribute: attributeOf(textOf(clause, "attribute"), contextKind),
    contextKind,
    op: textOf(clause, "op"),
    values: listOf(clause, "values", (element) => element),
    negate: flagOf(clause, "negate"),
  };
}

/** The keys of the segments that clauses ask about. */
export function segmentsIn(clauses: readonly ClauseModel[]): string[] {
  return clauses.flatMap(({ op, values }) =>
    op === "segmentMatch" ? values.filter((value) => typeof value === "string") : [],
  );
}
