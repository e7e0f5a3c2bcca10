import { SeededRandom } from "../../support/bus-world/seeded-random.ts";

/** What LaunchDarkly does to payloads for a while. */
const TROUBLES = ["status 503", "status 429", "status 401", "reset", "lost answer", "silence"] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What goes wrong. Edges, forwarders and environments are counted from 0. */
export type Mishap =
  | { readonly kind: "kill edge"; readonly edge: number }
  | { readonly kind: "kill forwarder"; readonly forwarder: number }
  | { readonly kind: "stop forwarder"; readonly forwarder: number }
  | { readonly kind: "kill redis" }
  /** Without an environment: for all of them. */
  | { readonly kind: "upstream"; readonly trouble: Trouble; readonly environment: number | undefined };

/** A mishap that begins `atMs` after the round did, and is made good again after `forMs`. */
export interface Incident {
  readonly mishap: Mishap;
  readonly atMs: number;
  readonly forMs: number;
}

/** Whom mishaps can meet. */
export interface Cast {
  readonly edges: number;
  readonly forwarders: number;
  readonly environments: number;
}

/** Longer than a forwarder's lock on a job lasts. */
export const BEYOND_THE_LOCK_MS = 11_000;

/**
 * All that goes wrong in a round of `durationMs`, in the order in which it begins. The same seed makes the same plan.
 * Each process meets one mishap after the other; LaunchDarkly has one trouble after the other; the last forwarder is
 * stopped for longer than its lock, and may be killed when it has just woken up.
 */
export function chaosPlan(seed: number, durationMs: number, cast: Cast): readonly Incident[] {
  const random = new SeededRandom(seed);
  const line = (pauseMs: Range, forMs: Range, mishap: () => Mishap): Incident[] =>
    timeline(random, durationMs, pauseMs, forMs, mishap);
  const stopped = cast.forwarders - 1;
  const stop: Incident = {
    mishap: { kind: "stop forwarder", forwarder: stopped },
    atMs: random.between(200, Math.floor(durationMs / 3)),
    forMs: BEYOND_THE_LOCK_MS + random.between(0, 2000),
  };
  const wokenAt = stop.atMs + stop.forMs;
  return [
    ...indexes(cast.edges).flatMap((edge) =>
      line([1000, 6000], [0, 800], () => ({ kind: "kill edge", edge })),
    ),
    ...indexes(stopped).flatMap((forwarder) =>
      line([1500, 6000], [0, 800], () => ({ kind: "kill forwarder", forwarder })),
    ),
    stop,
    ...line([1000, 4000], [0, 800], () => ({ kind: "kill forwarder", forwarder: stopped }))
      .map((incident) => ({ ...incident, atMs: incident.atMs + wokenAt }))
      .filter(({ atMs }) => atMs < durationMs),
    ...line([1500, 5000], [0, 1200], () => ({ kind: "kill redis" })),
    ...line([0, 700], [100, 1500], () => ({
      kind: "upstream",
      trouble: random.pick(TROUBLES),
      environment: random.chance(0.5) ? random.between(0, cast.environments - 1) : undefined,
    })),
  ].toSorted((one, other) => one.atMs - other.atMs);
}

/** The least and the most. */
type Range = readonly [number, number];

function timeline(
  random: SeededRandom,
  durationMs: number,
  pauseMs: Range,
  forMs: Range,
  mishap: () => Mishap,
): Incident[] {
  const incidents: Incident[] = [];
  for (let atMs = random.between(...pauseMs); atMs < durationMs; ) {
    const incident = { mishap: mishap(), atMs, forMs: random.between(...forMs) };
    incidents.push(incident);
    atMs += incident.forMs + random.between(...pauseMs);
  }
  return incidents;
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
