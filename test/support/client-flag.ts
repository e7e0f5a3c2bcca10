import { type Change, parseItem } from "../../shared/model/item.ts";

/** What a test cares about in a flag. */
export interface ClientFlag {
  /** What everybody gets. */
  readonly value: unknown;
  /** What single users get instead, by their keys. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** A segment whose members get `member` instead. */
  readonly segment?: string;
  /** Whether only server-side SDKs see it. */
  readonly hidden?: boolean;
  readonly prerequisite?: string;
}

/** A flag as LaunchDarkly would send it, seen by mobile SDKs and browsers unless hidden. */
export function clientFlag(key: string, version: number, flag: ClientFlag): Change {
  const { value, values = {}, segment, hidden = false, prerequisite } = flag;
  const users = Object.keys(values);
  const clauses = [{ attribute: "", op: "segmentMatch", values: [segment], negate: false }];
  const item = {
    key,
    version,
    on: true,
    salt: "",
    variations: [value, ...Object.values(values), "member"],
    offVariation: 0,
    fallthrough: { variation: 0 },
    targets: users.map((user, n) => ({ values: [user], variation: n + 1 })),
    rules:
      segment === undefined ? [] : [{ id: "r", variation: users.length + 1, trackEvents: false, clauses }],
    prerequisites: prerequisite === undefined ? [] : [{ key: prerequisite, variation: 0 }],
    clientSideAvailability: { usingEnvironmentId: !hidden, usingMobileKey: !hidden },
  };
  return { kind: "flags", key, item: parseItem(JSON.stringify(item)) };
}

/** A segment of the users with these keys. */
export function segmentOf(key: string, version: number, ...included: string[]): Change {
  const item = parseItem(JSON.stringify({ key, version, included, excluded: [], rules: [], salt: "" }));
  return { kind: "segments", key, item };
}
