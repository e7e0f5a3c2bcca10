import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SdkKind } from "../../../../services/edge/evaluation/view.ts";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import type { Entry } from "../../../support/evaluation/entry.ts";
import { NodeOracle } from "../../../support/evaluation/node-oracle.ts";
import { compile } from "../../../support/evaluation/our-results.ts";
import { RandomContexts } from "../../../support/evaluation/random-context.ts";
import {
  type RandomEnvironmentData,
  RandomEnvironments,
  type RandomItem,
} from "../../../support/evaluation/random-environment.ts";

/** `EVALUATION_SEED=1 EVALUATION_RUNS=10000 npx vitest run as-node-evaluates` for a long search. */
const RUNS = Number(process.env.EVALUATION_RUNS ?? 500);
const FIRST_SEED = Number(process.env.EVALUATION_SEED ?? Date.now() % 1_000_000);
const CONTEXTS = 40;
const SDK_KINDS: readonly SdkKind[] = ["server", "mobile", "browser"];

let oracle: NodeOracle;
beforeAll(async () => {
  oracle = await NodeOracle.open();
});
afterAll(() => oracle.close());

describe("evaluation", () => {
  it(`answers as LaunchDarkly's evaluator for Node (${RUNS} environments from seed ${FIRST_SEED})`, {
    timeout: 600_000,
  }, async () => {
    const broken: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS && broken.length === 0; seed++)
      broken.push(...(await differences(seed)));
    expect(broken).toEqual([]);
  });
});

/** What differs in one random environment, for the contexts that come after it from the same seed. */
async function differences(seed: number): Promise<string[]> {
  const random = new SeededRandom(seed);
  const environment = new RandomEnvironments(random, "common").next();
  const contexts = new RandomContexts(random, "common");
  const evaluate = compile(environment);
  oracle.use(environment);
  for (let run = 0; run < CONTEXTS; run++) {
    const [context, withReasons, sdkKind] = [contexts.next(), random.chance(0.8), random.pick(SDK_KINDS)];
    const all = Object.entries(await oracle.results(context, withReasons));
    const expected = Object.fromEntries(all.filter(([key]) => sees(sdkKind, environment.flags.get(key))));
    const actual = evaluate(context, withReasons, sdkKind);
    // Comparing texts first is many times faster, and nearly always enough.
    const key =
      JSON.stringify(sorted(expected)) === JSON.stringify(sorted(actual))
        ? undefined
        : oneOf(expected, actual);
    if (key !== undefined)
      return [described({ seed, context, sdkKind, key }, environment, expected[key], actual[key])];
  }
  return [];
}

/** Whether a kind of client is shown a flag (R1.6). */
function sees(sdkKind: SdkKind, flag: RandomItem = {}): boolean {
  const chosen = flag.clientSideAvailability as Readonly<Record<string, unknown>> | null | undefined;
  if (sdkKind === "server") return true;
  if (sdkKind === "mobile") return chosen ? chosen.usingMobileKey === true : true;
  return (chosen ? chosen.usingEnvironmentId : flag.clientSide) === true;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return members.sort(([one], [other]) => (one < other ? -1 : 1));
}

/** A flag whose entries differ. */
function oneOf(
  expected: Readonly<Record<string, Entry>>,
  actual: Readonly<Record<string, Entry>>,
): string | undefined {
  const keys = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return keys.find((key) => JSON.stringify(sorted(expected[key])) !== JSON.stringify(sorted(actual[key])));
}

function described(
  where: object,
  { flags, segments }: RandomEnvironmentData,
  expected?: Entry,
  actual?: Entry,
): string {
  return JSON.stringify({
    ...where,
    expected,
    actual,
    flags: [...flags.values()],
    segments: [...segments.values()],
  });
}
