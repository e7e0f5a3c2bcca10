import type { Difference } from "../model/difference.ts";
import type { FlagData } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import type { UpstreamState } from "../model/upstream-state.ts";

/** What `P:$relay` says beside the data. */
export interface Look {
  readonly position: Position;
  /** The holder's word that Redis holds upstream's data: grows each time it is given, 0 before the first. */
  readonly seenAt: number;
  /** `undefined` until an ingestor has held this environment. */
  readonly upstream: UpstreamReport | undefined;
}

/** Upstream's state as the holder of the lease last reported it. */
export interface UpstreamReport extends UpstreamState {
  /** Grows with every report; a dead ingestor shows by its standing still. */
  readonly aliveAt: number;
}

export interface Snapshot extends Look {
  readonly data: FlagData;
  /** Whether there are data at all, ours or somebody else's. */
  readonly inited: boolean;
}

/** Lost: another token holds the lease, or none. */
export type RenewOutcome = { readonly kind: "held"; readonly position: Position } | { readonly kind: "lost" };

/** Moved: Redis does not stand where the writer thought. Nothing was written then, nor when the lease was lost. */
export type WriteOutcome =
  | { readonly kind: "written"; readonly position: Position }
  | { readonly kind: "moved" }
  | { readonly kind: "lost" };

/** Hears what is published about one environment. */
export interface ChangeListener {
  /** The text of a change message. */
  message(text: string): void;
  /** Nothing will come any more: the subscription broke. Subscribe again and read. */
  lost(): void;
}

/**
 * One environment in Redis. Every method is one atomic step there. A rejection means that the outcome is unknown:
 * the step may have been done, but it will not be done later.
 */
export interface EnvironmentStore {
  /** Takes the lease for `ttlMs` if nobody holds it. */
  acquire(token: string, ttlMs: number): Promise<boolean>;
  /**
   * Keeps the lease and reports upstream's state, if there is anything to report yet. With `settledAt` the holder gives its word that it has nothing
   * left to write there, which counts only if Redis stands at that position.
   */
  renew(
    token: string,
    ttlMs: number,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): Promise<RenewOutcome>;
  /** Gives the lease back, if it is still held with this token. */
  release(token: string): Promise<void>;
  /** Writes and announces `difference` if the lease is held with `token` and Redis stands at `from`. */
  write(token: string, from: Position, difference: Difference, receivedAtMs: number): Promise<WriteOutcome>;
  /** Data and position, of one moment. */
  snapshot(): Promise<Snapshot>;
  look(): Promise<Look>;
  /** Resolves once messages are certain to come; the function it gives ends the subscription. */
  subscribe(listener: ChangeListener): Promise<() => void>;
}
