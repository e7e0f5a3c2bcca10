import { type Attribute, attributeOf } from "./attribute-reference.ts";
import { type ClauseModel, readClause } from "./clause-model.ts";
import { asObject, asText, flagOf, listOf, optionalInteger, textOf } from "./reading.ts";

/** A segment as far as evaluation looks at it. */
export interface SegmentModel {
  readonly key: string;
  /** Keys of users. */
  readonly included: readonly string[];
  readonly excluded: readonly string[];
  readonly includedContexts: readonly SegmentTargetModel[];
  readonly excludedContexts: readonly SegmentTargetModel[];
  /** One of them must hold. */
  readonly rules: readonly SegmentRuleModel[];
  readonly salt: string;
  /** A big segment: its members are in a store, not here. */
  readonly unbounded: boolean;
  /** The kind of a big segment's members; empty: that of users. */
  readonly unboundedContextKind: string;
  readonly generation: number | undefined;
}

export interface SegmentTargetModel {
  /** Empty: that of users. */
  readonly contextKind: string;
  readonly values: readonly string[];
}

export interface SegmentRuleModel {
  /** All of them must hold. */
  readonly clauses: readonly ClauseModel[];
  /** The share of contexts, of 100,000, that the rule takes; `undefined`: all. */
  readonly weight: number | undefined;
  readonly bucketBy: Attribute;
  /** Empty: that of users. */
  readonly rolloutContextKind: string;
}

/** Reads a segment from its parsed form. Throws a `MalformedItem`. */
export function readSegment(parsed: unknown): SegmentModel {
  const segment = asObject(parsed);
  return {
    key: textOf(segment, "key"),
    included: listOf(segment, "included", asText),
    excluded: listOf(segment, "excluded", asText),
    includedContexts: listOf(segment, "includedContexts", readSegmentTarget),
    excludedContexts: listOf(segment, "excludedContexts", readSegmentTarget),
    rules: listOf(segment, "rules", readSegmentRule),
    salt: textOf(segment, "salt"),
    unbounded: flagOf(segment, "unbounded"),
    unboundedContextKind: textOf(segment, "unboundedContextKind"),
    generation: optionalInteger(segment, "generation"),
  };
}

function readSegmentTarget(value: unknown): SegmentTargetModel {
  const target = asObject(value);
  return { contextKind: textOf(target, "contextKind"), values: listOf(target, "values", asText) };
}

function readSegmentRule(value: unknown): SegmentRuleModel {
  const rule = asObject(value);
  const rolloutContextKind = textOf(rule, "rolloutContextKind");
  return {
    clauses: listOf(rule, "clauses", readClause),
    weight: optionalInteger(rule, "weight"),
    bucketBy: attributeOf(textOf(rule, "bucketBy"), rolloutContextKind),
    rolloutContextKind,
  };
}
