import { describe, expect, it } from "vitest";
import { CompiledEnvironment } from "../../../../services/edge/evaluation/compiled-environment.ts";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import type { FlagView, SdkKind } from "../../../../services/edge/evaluation/view.ts";
import { type Change, type FlagData, type ItemKind, withChanges } from "../../../../shared/model/item.ts";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import { flagDataOf, heldItem } from "../../../support/evaluation/our-results.ts";
import { RandomContexts } from "../../../support/evaluation/random-context.ts";
import { RandomEnvironments } from "../../../support/evaluation/random-environment.ts";
import { FLAG_KEYS, SEGMENT_KEYS } from "../../../support/evaluation/vocabulary.ts";

/** `EVALUATION_SEED=1 EVALUATION_RUNS=10000 npx vitest run evaluation/changes` for a long search. */
const RUNS = Number(process.env.EVALUATION_RUNS ?? 60);
const FIRST_SEED = Number(process.env.EVALUATION_SEED ?? Date.now() % 1_000_000);
const CHANGES = 6;
const CONTEXTS = 8;
const SDK_KINDS: readonly SdkKind[] = ["server", "mobile", "browser"];

describe("a compiled environment that changes", () => {
  it(`stays what compiling it anew would make of it (${RUNS} environments from seed ${FIRST_SEED})`, {
    timeout: 600_000,
  }, () => {
    const broken: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && broken.length === 0; seed++)
      broken.push(...wrongs(seed).map((wrong) => `seed ${seed}: ${wrong}`));
    expect(broken).toEqual([]);
  });
});

/** What goes wrong in a random environment that changes at random. */
function wrongs(seed: number): string[] {
  const random = new SeededRandom(seed);
  const environments = new RandomEnvironments(random, "go");
  const randomContexts = new RandomContexts(random, "go");
  const contexts = Array.from({ length: CONTEXTS }, () => randomContexts.next());
  const found: string[] = [];
  let data = flagDataOf(environments.next());
  let compiled = CompiledEnvironment.of(data);
  for (let step = 0; step < CHANGES; step++) {
    const changes = randomChanges(random, environments, data);
    data = withChanges(data, changes);
    const changed = compiled.changed(data, changes);
    const anew = CompiledEnvironment.of(data);
    for (const sdkKind of SDK_KINDS) {
      const [before, after, expected] = [compiled, changed, anew].map((environment) =>
        environment.view(sdkKind),
      );
      if (before && after && expected) found.push(...compared(contexts, before, after, expected));
    }
    compiled = changed;
  }
  return found;
}

function compared(
  contexts: readonly string[],
  before: FlagView,
  after: FlagView,
  expected: FlagView,
): string[] {
  const found: string[] = [];
  if (after.tag !== expected.tag) found.push("the tag is not that of the same data compiled anew");
  const named = after.changedSince(before);
  for (const context of contexts) {
    const [old, now, right] = [before, after, expected].map((view) => results(view, context));
    if (JSON.stringify(sorted(now)) !== JSON.stringify(sorted(right)))
      found.push(`results differ for ${context}`);
    const differing = keysOf(old, now).filter((key) => old?.[key] !== now?.[key]);
    const missed = differing.filter((key) => !named.has(key));
    if (missed.length > 0) found.push(`${missed} changed, but are not named, for ${context}`);
    if (differing.length > 0 && after.tag === before.tag) found.push(`${differing} changed, but not the tag`);
    const alone = Object.keys(now ?? {}).filter((key) => resultOf(after, key, context) !== now?.[key]);
    if (alone.length > 0) found.push(`${alone} differ when they are asked for alone, for ${context}`);
  }
  return found;
}

/** The entries of all flags as JSON texts. */
function results(view: FlagView, context: string): Readonly<Record<string, string>> {
  const entries = JSON.parse(view.results(parseContext(context), true).toString());
  return Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, JSON.stringify(entry)]));
}

function resultOf(view: FlagView, key: string, context: string): string | undefined {
  const text = view.resultsOneByOne(parseContext(context), true)(key);
  return text && JSON.stringify(JSON.parse(text));
}

function sorted(entries: object | undefined): unknown {
  return Object.entries(entries ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
}

function keysOf(...all: (object | undefined)[]): string[] {
  return [...new Set(all.flatMap((entries) => Object.keys(entries ?? {})))];
}

/** New, other and deleted items, now and then several at once; some come as they are already. */
function randomChanges(random: SeededRandom, environments: RandomEnvironments, data: FlagData): Change[] {
  return Array.from({ length: random.pick([1, 1, 1, 2, 4]) }, () => {
    const kind = random.pick<ItemKind>(["flags", "segments"]);
    const key = random.pick(kind === "flags" ? FLAG_KEYS : SEGMENT_KEYS);
    const known = data[kind].get(key);
    if (known !== undefined && random.chance(0.1)) return { kind, key, item: known };
    if (random.chance(0.25)) return { kind, key, item: heldItem({ key, version: 1001, deleted: true }) };
    const item = kind === "flags" ? environments.flag(key) : environments.segment(key);
    return { kind, key, item: heldItem(item) };
  });
}
