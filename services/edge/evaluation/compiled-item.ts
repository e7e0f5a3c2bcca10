import { hash } from "node:crypto";
import type { Item } from "../../../shared/model/item.ts";
import { segmentsIn } from "./model/clause-model.ts";
import { readFlag } from "./model/flag-model.ts";
import { MalformedItem } from "./model/reading.ts";
import { readSegment, type SegmentModel } from "./model/segment-model.ts";
import { type Visibility, visibilityOf } from "./model/visibility.ts";
import { FlagOutcomes, malformed } from "./result/flag-outcomes.ts";
import type { FlagFacts } from "./result/outcome.ts";
import type { ClausePool } from "./rules/clause.ts";
import { type CompiledFlag, compileFlagRules, constantFlag } from "./rules/flag.ts";
import { type CompiledSegment, compileSegment } from "./rules/segment.ts";

/** The keys of what an item refers to. */
export interface References {
  readonly flags: readonly string[];
  readonly segments: readonly string[];
}

/** A flag or segment together with what is to know about it besides its evaluation. */
interface CompiledItem<Compiled> {
  readonly compiled: Compiled;
  readonly references: References;
  /** Names the text that it was compiled from. */
  readonly digest: string;
}

export interface FlagEntry extends CompiledItem<CompiledFlag> {
  readonly visibility: Visibility;
}

export type SegmentEntry = CompiledItem<CompiledSegment>;

/** Compiles a flag, to be found under `key`. For `environmentVersion` see `CompiledEnvironment`. */
export function compileFlag(
  key: string,
  { raw, version }: Item,
  clauses: ClausePool,
  environmentVersion: number | undefined,
): FlagEntry {
  const parsed = JSON.parse(raw) as Readonly<Record<string, unknown>>;
  const flag = unlessMalformed(() => readFlag(parsed, raw));
  const facts: FlagFacts = {
    key,
    version: environmentVersion ?? version,
    flagVersion: version,
    trackEvents: flag?.trackEvents ?? false,
    debugEventsUntilDate: flag?.debugEventsUntilDate ?? 0,
  };
  return {
    compiled:
      flag === undefined
        ? constantFlag(false, malformed(facts, true))
        : compileFlagRules(flag, new FlagOutcomes(facts, flag), clauses),
    visibility: visibilityOf(parsed),
    references: {
      flags: flag?.prerequisites.map((prerequisite) => prerequisite.key) ?? [],
      segments: flag?.rules.flatMap(({ clauses }) => segmentsIn(clauses)) ?? [],
    },
    digest: hash("sha1", raw),
  };
}

export function compileSegmentItem({ raw }: Item, clauses: ClausePool): SegmentEntry {
  const segment = unlessMalformed((): SegmentModel => readSegment(JSON.parse(raw)));
  return {
    compiled: compileSegment(segment, clauses),
    references: {
      flags: [],
      segments: segment?.rules.flatMap(({ clauses }) => segmentsIn(clauses)) ?? [],
    },
    digest: hash("sha1", raw),
  };
}

/** What `read` reads; `undefined` if the item has not the shape for it. */
function unlessMalformed<Model>(read: () => Model): Model | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedItem) return undefined;
    throw error;
  }
}
