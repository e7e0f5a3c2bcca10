/** A payload that was sent to the relay. */
export interface SentPayload {
  readonly id: string | undefined;
  /** Of the body, decompressed if it is compressed. */
  readonly digest: string;
  readonly markers: readonly string[];
  /** Whether it was answered with 202, at the first or the second try. */
  readonly acknowledged: boolean;
}

/** A POST that came to LaunchDarkly. */
export interface ArrivedPost {
  readonly id: string;
  /** Of the body, decompressed if it is compressed: the relay may compress what came uncompressed. */
  readonly digest: string;
  /** Of the very bytes, which are the same at every try. */
  readonly wireDigest: string;
  /** Whether LaunchDarkly took it. */
  readonly accepted: boolean;
  /** How often each marker is in it. */
  readonly counts: ReadonlyMap<string, number>;
}

/** What is not as it must be; each list has what it is about. */
export interface Verdict {
  /** Markers of acknowledged payloads that LaunchDarkly does not count. */
  readonly lost: readonly string[];
  /** Markers that LaunchDarkly counts more than once, though it counts every payload id once. */
  readonly countedTwice: readonly string[];
  /** Payload ids that came with two different bodies, or with another one than an SDK sent under them. */
  readonly changed: readonly string[];
  /** Markers that nobody sent. */
  readonly invented: readonly string[];
}

/** Compares what was sent with what arrived. What was not acknowledged may be lost, and may also arrive: once. */
export function judge(sent: readonly SentPayload[], arrived: readonly ArrivedPost[]): Verdict {
  const counted = countedMarkers(arrived);
  const known = new Set(sent.flatMap(({ markers }) => markers));
  return {
    lost: sent
      .filter(({ acknowledged }) => acknowledged)
      .flatMap(({ markers }) => markers)
      .filter((marker) => !counted.has(marker)),
    countedTwice: [...counted].filter(([, times]) => times > 1).map(([marker]) => marker),
    changed: changedIds(sent, arrived),
    invented: [...counted.keys()].filter((marker) => !known.has(marker)),
  };
}

/** Whether everything is as it must be. */
export function isFlawless({ lost, countedTwice, changed, invented }: Verdict): boolean {
  return lost.length + countedTwice.length + changed.length + invented.length === 0;
}

/** How often LaunchDarkly counts each marker: of every id only the first payload that it took. */
function countedMarkers(arrived: readonly ArrivedPost[]): ReadonlyMap<string, number> {
  const seen = new Set<string>();
  const counted = new Map<string, number>();
  for (const { id, accepted, counts } of arrived) {
    if (!accepted || seen.size === seen.add(id).size) continue;
    for (const [marker, times] of counts) counted.set(marker, (counted.get(marker) ?? 0) + times);
  }
  return counted;
}

function changedIds(sent: readonly SentPayload[], arrived: readonly ArrivedPost[]): string[] {
  const bodies = new Map<string, string>();
  for (const { id, digest } of sent) if (id !== undefined) bodies.set(id, digest);
  const wires = new Map<string, string>();
  const changed = new Set<string>();
  for (const { id, digest, wireDigest } of arrived) {
    if ((bodies.get(id) ?? digest) !== digest || (wires.get(id) ?? wireDigest) !== wireDigest)
      changed.add(id);
    bodies.set(id, digest);
    wires.set(id, wireDigest);
  }
  return [...changed];
}
