import { describe, expect, it } from "vitest";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import type { Entry } from "../../../support/evaluation/entry.ts";
import { compile } from "../../../support/evaluation/our-results.ts";
import { RandomContexts } from "../../../support/evaluation/random-context.ts";
import { RandomEnvironments, type RandomItem } from "../../../support/evaluation/random-environment.ts";

/** `EVALUATION_SEED=1 EVALUATION_RUNS=10000 npx vitest run malformed-items` for a long search. */
const RUNS = Number(process.env.EVALUATION_RUNS ?? 300);
const FIRST_SEED = Number(process.env.EVALUATION_SEED ?? Date.now() % 1_000_000);

const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  "",
  "text",
  [],
  [null],
  [[]],
  {},
  { key: 1 },
];
const MALFORMED: Entry = { value: null, reason: { kind: "ERROR", errorKind: "MALFORMED_FLAG" } };
const SOUND = { key: "sound", version: 1, on: true, variations: [true], fallthrough: { variation: 0 } };
const ANN = '{"kind":"user","key":"ann"}';

describe("an item that is not of its shape", () => {
  it(`leaves all others as they are (${RUNS} environments from seed ${FIRST_SEED})`, {
    timeout: 300_000,
  }, () => {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
      const random = new SeededRandom(seed);
      const { flags, segments } = new RandomEnvironments(random, "go").next();
      const bent = (items: ReadonlyMap<string, RandomItem>) =>
        new Map([...items].map(([key, item]) => [key, random.chance(0.3) ? bend(random, item) : item]));
      const evaluate = compile({ flags: new Map(bent(flags)).set("sound", SOUND), segments: bent(segments) });
      const results = evaluate(new RandomContexts(random, "go").next(), true);
      expect(Object.keys(results), `seed ${seed}`).toHaveLength(new Set([...flags.keys(), "sound"]).size);
      expect(results.sound, `seed ${seed}`).toMatchObject({ value: true });
    }
  });

  it.each([
    { on: 1 },
    { rules: {} },
    { rules: [1] },
    { rules: [{ clauses: [{ attribute: 1, op: "in", values: [] }] }] },
    { rules: [{ clauses: [{ attribute: "key", op: "in", values: "ann" }] }] },
    { targets: [{ variation: 0, values: [1] }] },
    { prerequisites: [{ key: 1 }] },
    { variations: {} },
    { offVariation: "0" },
    { fallthrough: [] },
    { fallthrough: { rollout: { variations: [{ variation: 0, weight: "all" }] } } },
    { salt: 1 },
  ])("is malformed for everyone, and so is what needs it: %j", (members) => {
    const needs = { ...SOUND, key: "needs", prerequisites: [{ key: "bent", variation: 0 }] };
    const bent = { ...SOUND, key: "bent", ...members };
    const flags = new Map<string, RandomItem>(Object.entries({ bent, needs, sound: SOUND }));
    const results = compile({ flags, segments: new Map() })(ANN, true);
    expect(results).toMatchObject({ bent: MALFORMED, sound: { value: true } });
    expect(results.needs?.value).toBeNull();
  });

  it("is a malformed segment to the flags that ask for it", () => {
    const rules = [{ clauses: [{ op: "segmentMatch", values: ["bent"] }], variation: 0 }];
    const flags = new Map<string, RandomItem>([["asks", { ...SOUND, key: "asks", rules }]]);
    const segments = new Map<string, RandomItem>([["bent", { key: "bent", version: 1, included: "ann" }]]);
    expect(compile({ flags, segments })(ANN, true)).toMatchObject({ asks: MALFORMED });
  });
});

/** The item with something else in one of its places. */
function bend(random: SeededRandom, item: RandomItem): RandomItem {
  const copy = structuredClone(item) as Record<string, unknown>;
  let place: Record<string, unknown> = copy;
  for (;;) {
    const names = Object.keys(place).filter(
      (name) => place !== copy || !["key", "version", "deleted"].includes(name),
    );
    if (names.length === 0) return copy;
    const name = random.pick(names);
    const inner = place[name];
    if (typeof inner !== "object" || inner === null || random.chance(0.2)) {
      place[name] = random.pick(ODD_VALUES);
      return copy;
    }
    place = inner as Record<string, unknown>;
  }
}
