/** What the flags of an environment are like: most of them, or many, need more than a look at the key. */
export type Mix = "simple" | "heavy";

/** Flags and segments as LaunchDarkly sends them. */
export interface BenchData {
  readonly flags: Readonly<Record<string, object>>;
  readonly segments: Readonly<Record<string, object>>;
}

const SEGMENTS = 20;
const SEGMENT_MEMBERS = 200;

/**
 * An environment of so many flags, every second of which browsers may see. Simple ones have a few targets and every
 * second of them a rule; of a heavy mix 30 % have a rollout, 20 % a rule about a segment, and 10 % a prerequisite.
 */
function benchData(flagCount: number, mix: Mix): BenchData {
  const segments = Array.from({ length: SEGMENTS }, (_, n) => segment(n));
  const flags = Array.from({ length: flagCount }, (_, n) => flag(n, mix));
  return { flags: byKey(flags), segments: byKey(segments) };
}

/** What a server of the benchmark is told by its arguments: how many flags, and which mix. */
export function benchDataOf([, , flagCount = "0", mix]: readonly string[]): BenchData {
  return benchData(Number(flagCount), mix === "heavy" ? "heavy" : "simple");
}

function byKey(items: readonly { readonly key: string }[]): Record<string, { readonly key: string }> {
  return Object.fromEntries(items.map((item) => [item.key, item]));
}

/** Spread so that each kind of flag is among the visible ones. */
function flag(n: number, mix: Mix) {
  const part = Math.floor(n / 2) % 10;
  const heavy = mix === "heavy";
  const variations = [`on for ${n}`, `off for ${n}`, `other for ${n}`];
  return {
    key: `flag-number-${n}`,
    version: 10 + n,
    on: part !== 9,
    salt: `salt-${n}`,
    variations,
    offVariation: 1,
    fallthrough: heavy && part < 3 ? { rollout: rollout() } : { variation: n % 3 },
    targets: [
      { values: [`target-${n}-a`, `target-${n}-b`], variation: 0 },
      { values: [`target-${n}-c`], variation: 2 },
    ],
    contextTargets: [],
    prerequisites: heavy && part === 5 ? [{ key: `flag-number-${Math.max(0, n - 2)}`, variation: 0 }] : [],
    rules: rulesOf(n, part, heavy),
    trackEvents: n % 7 === 0,
    trackEventsFallthrough: false,
    debugEventsUntilDate: null,
    clientSide: n % 2 === 0,
    clientSideAvailability: { usingEnvironmentId: n % 2 === 0, usingMobileKey: n % 2 === 0 },
    deleted: false,
  };
}

function rulesOf(n: number, part: number, heavy: boolean) {
  if (heavy && (part === 3 || part === 4))
    return [rule(n, { attribute: "", op: "segmentMatch", values: [`segment-${n % SEGMENTS}`] })];
  if (n % 4 >= 2) return [];
  return [
    rule(n, {
      contextKind: "user",
      attribute: "email",
      op: "endsWith",
      values: [`@company-${n % 5}.example`],
    }),
  ];
}

function rule(n: number, clause: object) {
  return { id: `rule-${n}`, variation: 0, clauses: [{ negate: false, ...clause }], trackEvents: false };
}

function rollout() {
  return {
    kind: "rollout",
    contextKind: "user",
    variations: [
      { variation: 0, weight: 40_000 },
      { variation: 1, weight: 35_000 },
      { variation: 2, weight: 25_000 },
    ],
  };
}

function segment(n: number) {
  return {
    key: `segment-${n}`,
    version: 3,
    salt: `segment-salt-${n}`,
    included: Array.from({ length: SEGMENT_MEMBERS }, (_, m) => `member-${n}-${m}`),
    excluded: [`never-${n}`],
    rules: [
      {
        id: `segment-rule-${n}`,
        clauses: [
          { contextKind: "user", attribute: "country", op: "in", values: ["de", "fr", "pl"], negate: false },
        ],
      },
    ],
    deleted: false,
  };
}

/** A context as an SDK in a browser sends it. */
export function benchContext(n: number): string {
  return JSON.stringify({
    kind: "user",
    key: `user-${n}`,
    email: `user-${n}@company-${n % 11}.example`,
    country: ["de", "us", "in", "br"][n % 4],
    plan: "enterprise",
  });
}
