import { elementTexts, memberSlices } from "../../../../shared/model/raw-json.ts";
import { type ClauseModel, readClause } from "./clause-model.ts";
import {
  asObject,
  asText,
  flagOf,
  integerOf,
  type JsonObject,
  listOf,
  optionalInteger,
  optionalObject,
  textOf,
} from "./reading.ts";
import { readServed, type ServedModel } from "./rollout-model.ts";

/** A flag as far as evaluation looks at it. */
export interface FlagModel {
  /** What it says of itself; the key under which it is found may differ in made-up data. */
  readonly key: string;
  readonly on: boolean;
  readonly prerequisites: readonly PrerequisiteModel[];
  readonly targets: readonly TargetModel[];
  readonly contextTargets: readonly TargetModel[];
  readonly rules: readonly RuleModel[];
  readonly fallthrough: ServedModel;
  readonly offVariation: number | undefined;
  /** The JSON texts of the values, as they came. */
  readonly variations: readonly string[];
  readonly salt: string;
  readonly trackEvents: boolean;
  readonly trackEventsFallthrough: boolean;
  /** Milliseconds since the epoch; 0: no debugging. */
  readonly debugEventsUntilDate: number;
}

export interface PrerequisiteModel {
  readonly key: string;
  readonly variation: number;
}

/** Keys of one kind of context that get a variation whatever the rules say. */
export interface TargetModel {
  /** Empty: that of users. */
  readonly contextKind: string;
  readonly values: readonly string[];
  readonly variation: number;
}

export interface RuleModel {
  readonly id: string;
  /** All of them must hold. */
  readonly clauses: readonly ClauseModel[];
  readonly served: ServedModel;
  readonly trackEvents: boolean;
}

/** Reads a flag from its parsed form and its text. Throws a `MalformedItem`. */
export function readFlag(parsed: unknown, raw: string): FlagModel {
  const flag = asObject(parsed);
  return {
    key: textOf(flag, "key"),
    on: flagOf(flag, "on"),
    prerequisites: listOf(flag, "prerequisites", readPrerequisite),
    targets: listOf(flag, "targets", readTarget),
    contextTargets: listOf(flag, "contextTargets", readTarget),
    rules: listOf(flag, "rules", readRule),
    fallthrough: readServed(optionalObject(flag, "fallthrough") ?? {}),
    offVariation: optionalInteger(flag, "offVariation"),
    variations: variationTexts(flag, raw),
    salt: textOf(flag, "salt"),
    trackEvents: flagOf(flag, "trackEvents"),
    trackEventsFallthrough: flagOf(flag, "trackEventsFallthrough"),
    debugEventsUntilDate: integerOf(flag, "debugEventsUntilDate"),
  };
}

/** Parsing the values and writing them again would round large integers and make `1` of `1.0`. */
function variationTexts(flag: JsonObject, raw: string): string[] {
  const values = listOf(flag, "variations", (value) => value);
  const place = memberSlices(raw).get("variations");
  return values.length === 0 || place === undefined ? [] : elementTexts(raw, place.start);
}

function readPrerequisite(value: unknown): PrerequisiteModel {
  const prerequisite = asObject(value);
  return { key: textOf(prerequisite, "key"), variation: integerOf(prerequisite, "variation") };
}

function readTarget(value: unknown): TargetModel {
  const target = asObject(value);
  return {
    contextKind: textOf(target, "contextKind"),
    values: listOf(target, "values", asText),
    variation: integerOf(target, "variation"),
  };
}

function readRule(value: unknown): RuleModel {
  const rule = asObject(value);
  return {
    id: textOf(rule, "id"),
    clauses: listOf(rule, "clauses", readClause),
    served: readServed(rule),
    trackEvents: flagOf(rule, "trackEvents"),
  };
}
