import { RE2JS } from "re2js";
import { clauseInstantOf, compareInstants, instantOf } from "./instant.ts";
import { compareVersions, semanticVersionOf } from "./semantic-version.ts";

/** Whether a single value of a context satisfies a clause. */
export type Test = (value: unknown) => boolean;

const NEVER: Test = () => false;

/**
 * The test that an operator makes of a clause's values: one of them must satisfy it. Values are compared only with
 * others of their type, and an operator that is not known is satisfied by nothing.
 */
export function testOf(op: string, values: readonly unknown[]): Test {
  const make = Object.hasOwn(OPERATORS, op) ? OPERATORS[op] : undefined;
  return make?.(values) ?? NEVER;
}

const OPERATORS: Readonly<Record<string, (values: readonly unknown[]) => Test>> = {
  in: oneOf,
  startsWith: onTexts((text, start) => text.startsWith(start)),
  endsWith: onTexts((text, end) => text.endsWith(end)),
  contains: onTexts((text, part) => text.includes(part)),
  matches,
  lessThan: onNumbers((number, limit) => number < limit),
  lessThanOrEqual: onNumbers((number, limit) => number <= limit),
  greaterThan: onNumbers((number, limit) => number > limit),
  greaterThanOrEqual: onNumbers((number, limit) => number >= limit),
  before: converted(instantOf, clauseInstantOf, (one, other) => compareInstants(one, other) < 0),
  after: converted(instantOf, clauseInstantOf, (one, other) => compareInstants(one, other) > 0),
  semVerEqual: onVersions((order) => order === 0),
  semVerLessThan: onVersions((order) => order < 0),
  semVerGreaterThan: onVersions((order) => order > 0),
};

/** Texts, numbers and booleans; nothing is equal to a list, an object or null. */
function oneOf(values: readonly unknown[]): Test {
  const known = new Set(values.filter((value) => value !== null && typeof value !== "object"));
  return (value) => known.has(value);
}

/**
 * Regular expressions in RE2's syntax, which take linear time: the value comes from outside, and V8's own engine can be
 * kept busy for minutes by a short one. An expression that is not valid matches nothing.
 */
function matches(values: readonly unknown[]): Test {
  const expressions = values.flatMap((value) => {
    if (typeof value !== "string") return [];
    // Go lets groups share a name, which RE2 elsewhere does not; to match, they need none.
    return expressionOf(value) ?? expressionOf(value.replace(/\(\?P?<\w+>/g, "(")) ?? [];
  });
  return (value) => typeof value === "string" && expressions.some((expression) => expression.test(value));
}

function expressionOf(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}

function onTexts(holds: (text: string, given: string) => boolean): (values: readonly unknown[]) => Test {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  return converted(text, text, holds);
}

function onNumbers(holds: (number: number, given: number) => boolean): (values: readonly unknown[]) => Test {
  const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);
  return converted(number, number, holds);
}

function onVersions(holds: (order: number) => boolean): (values: readonly unknown[]) => Test {
  return converted(semanticVersionOf, semanticVersionOf, (version, given) =>
    holds(compareVersions(version, given)),
  );
}

/** The clause's values are converted once, the context's each time; what cannot be converted satisfies nothing. */
function converted<T>(
  ofContext: (value: unknown) => T | undefined,
  ofClause: (value: unknown) => T | undefined,
  holds: (value: T, given: T) => boolean,
): (values: readonly unknown[]) => Test {
  return (values) => {
    const given = values.map(ofClause).filter((value) => value !== undefined);
    return (value) => {
      const own = ofContext(value);
      return own !== undefined && given.some((one) => holds(own, one));
    };
  };
}
