import type { Claim } from "../model/claim.ts";
import type { ContentSum } from "../model/content-sum.ts";
import type { Change, FlagData, ItemKind } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import type { UpstreamState } from "../model/upstream-state.ts";

/** What `P:$relay` says beside the data: the answer to a position check. */
export interface RelayStatus {
  readonly position: Position;
  /** The holder's word that Redis holds upstream's data: grows each time it is given, 0 before the first. */
  readonly seenAt: number;
  /** `undefined` until an ingestor has held this environment. */
  readonly upstream: UpstreamReport | undefined;
  /** The text of the claim, which scripts compare; `undefined`: nobody has claimed the prefix. */
  readonly claim: string | undefined;
}

/** Upstream's state as the holder of the lease last reported it. */
export interface UpstreamReport extends UpstreamState {
  /** Grows with every report; a dead ingestor shows by its standing still. */
  readonly aliveAt: number;
}

/**
 * What the data at a position should add up to. `outdated`: a sum of an earlier position, because the last writer was an
 * earlier version, which knows none. `undefined`: there is none, so it was lost, or no relay has ever written one.
 */
export type StoredSum = ContentSum | "outdated" | undefined;

export interface Snapshot extends RelayStatus {
  readonly data: FlagData;
  /** Whether there are data at all, ours or somebody else's. */
  readonly inited: boolean;
  /** When upstream's event arrived that led to the last write, by the clock of Redis; 0: not known. */
  readonly receivedAtMs: number;
  /** What the data should add up to. */
  readonly sum: StoredSum;
}

/** What Redis holds, as far as it can be told without reading it. */
export interface Outline {
  readonly position: Position;
  readonly claim: string | undefined;
  readonly sum: StoredSum;
  readonly inited: boolean;
  /** How many items of each kind there are. */
  readonly lengths: { readonly [Kind in ItemKind]: number };
}

/** Taken: somebody holds the lease. Claimed: the claim is another than the one that the caller knows. */
export type AcquireOutcome =
  | { readonly kind: "acquired" | "taken" }
  | { readonly kind: "claimed"; readonly claim: string | undefined };

/** Lost: another token holds the lease, or none. */
export type RenewOutcome = { readonly kind: "held"; readonly outline: Outline } | { readonly kind: "lost" };

/** What must still be so for a write to happen: both as the writer knows them. */
export type WriteCondition = Pick<RelayStatus, "position" | "claim">;

/** What is written, and what Redis then holds. */
export interface Write {
  readonly changes: readonly Change[];
  /** Whether who stands where the write begins may take the changes as patches; else they are announced without content. */
  readonly asPatches: boolean;
  /** Of all items after the write. */
  readonly sum: ContentSum;
  /** Of the prefix from now on. */
  readonly claim: Claim;
}

/**
 * Moved: Redis does not stand where the writer thought, or is claimed otherwise. Nothing was written then, nor when
 * the lease was lost.
 */
export type WriteOutcome =
  | { readonly kind: "written"; readonly position: Position }
  | { readonly kind: "moved" }
  | { readonly kind: "lost" };

/** Some of the items of one kind, as a walk over all of them meets them. */
export interface ItemSlice {
  readonly texts: ReadonlyMap<string, string>;
  /** Where to go on; `undefined` after the last. */
  readonly next: string | undefined;
}

/** Receives what is published about one environment. */
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
  /** Takes the lease for `ttlMs` if nobody holds it and the claim is the one that the caller knows. */
  acquire(token: string, ttlMs: number, claim: string | undefined): Promise<AcquireOutcome>;
  /**
   * Keeps the lease. Where the claim is still the one that the caller knows it also reports upstream's state, if one is given, and
   * with `settledAt` gives the holder's word that nothing is left to write, which counts only if Redis stands there.
   */
  renew(
    token: string,
    ttlMs: number,
    claim: string | undefined,
    upstream: UpstreamState | undefined,
    settledAt: Position | undefined,
  ): Promise<RenewOutcome>;
  /** Gives the lease back, if it is still held with this token. */
  release(token: string): Promise<void>;
  /** Writes and announces `write` if the lease is held with `token` and `condition` holds. */
  write(token: string, condition: WriteCondition, write: Write, receivedAtMs: number): Promise<WriteOutcome>;
  /** Data, position, sum and claim, of one moment. */
  snapshot(): Promise<Snapshot>;
  /** The next few items of a kind, from the first (`undefined`) or from where the slice before ended. */
  scan(kind: ItemKind, from: string | undefined): Promise<ItemSlice>;
  /** What Redis says beside the data. */
  status(): Promise<RelayStatus>;
  /**
   * Makes the prefix the claimant's, whoever held it: the data of whoever had it go, and its position moves, so that
   * their holder and edges notice. Needs no lease.
   */
  takeOver(claim: Claim): Promise<void>;
  /** Resolves once messages are certain to come; the function it gives ends the subscription. */
  subscribe(listener: ChangeListener): Promise<() => void>;
}
