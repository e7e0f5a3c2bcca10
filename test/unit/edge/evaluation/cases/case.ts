import type { Entry } from "../../../../support/evaluation/entry.ts";

type Members = Readonly<Record<string, unknown>>;

/**
 * A question to which the Go relay's answer is known, because it was asked: something of the evaluation that is easily
 * got wrong, or that LaunchDarkly's evaluator for Node answers otherwise.
 */
export interface Case {
  /** Completes "answers as the Go relay: …". */
  readonly name: string;
  readonly flags: Readonly<Record<string, Members>>;
  readonly segments: Readonly<Record<string, Members>>;
  /** JSON text. */
  readonly context: string;
  /** What is known of the results, by the keys of their flags; or that there is none for such a context. */
  readonly results: Readonly<Record<string, Entry>> | "invalid context";
}

type Outcome = boolean | "error";

const ERROR: Entry = { value: null, reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG" } };

/** A flag that is on and has two variations, the second of which it serves to the rest. */
export function flagWith(members: Members): Members {
  return {
    on: true,
    version: 1,
    salt: "salt",
    variations: [true, false],
    fallthrough: { variation: 1 },
    ...members,
  };
}

/** Whether a context satisfies some conditions; segments can be asked for by their keys. */
export function conditions(
  name: string,
  clauses: readonly Members[],
  context: object | string,
  holds: Outcome,
  segments: Case["segments"] = {},
): Case {
  const flag = flagWith({ rules: [{ id: "rule", clauses, variation: 0 }] });
  const matched: Entry = { value: true, reason: { kind: "RULE_MATCH", ruleIndex: 0, ruleId: "rule" } };
  const rest: Entry = { value: false, reason: { kind: "FALLTHROUGH" } };
  const entry = holds === "error" ? ERROR : holds ? matched : rest;
  return flagCase(name, flag, context, entry, { segments });
}

/** Whether a context is in the first half of a rollout, or in the segment that one rule describes. */
export function flagCase(
  name: string,
  flag: Members,
  context: object | string,
  entry: Entry | "error",
  others: { readonly flags?: Case["flags"]; readonly segments?: Case["segments"] } = {},
): Case {
  const keyed = (items: Case["flags"] = {}) =>
    Object.fromEntries(Object.entries(items).map(([key, item]) => [key, { key, version: 1, ...item }]));
  return {
    name,
    flags: keyed({ ...others.flags, flag }),
    segments: keyed(others.segments),
    context: textOf(context),
    results: { flag: entry === "error" ? ERROR : entry },
  };
}

/** Whether this is a context at all. */
export function contextCase(name: string, context: object | string, isValid: boolean): Case {
  const one = flagCase(name, flagWith({}), context, { value: false });
  return isValid ? one : { ...one, results: "invalid context" };
}

function textOf(context: object | string): string {
  return typeof context === "string" ? context : JSON.stringify(context);
}
