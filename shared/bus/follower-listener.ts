import type { Change, FlagData } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import type { RelayStatus } from "./environment-store.ts";
import type { Usability } from "./usability.ts";

/** Data that a follower has come to: the whole truth at that moment. */
export interface FollowedData {
  readonly data: FlagData;
  /** Where they stand, not always ahead of those before. */
  readonly position: Position;
  /** All that made them of those before, each to another key; `undefined`: nobody knows without comparing. */
  readonly changes: readonly Change[] | undefined;
  /**
   * When upstream's event arrived at the ingestor, by the clock of Redis; 0 if that is not known, `undefined` if the data are no
   * change.
   */
  readonly receivedAtMs: number | undefined;
}

/** Receives what a follower learns. */
export interface FollowerListener {
  /** Data have come, first to last. */
  data(followed: FollowedData): void;
  /** What Redis says beside the data, each time that it was read; without what is said of another environment. */
  status(status: RelayStatus): void;
  /** Whether what Redis holds can be served, at first and whenever that changes. The data that are there stay. */
  usability(usability: Usability): void;
  /** Redis has answered a command. */
  answered(): void;
  /** It has not, or refused it; the command is repeated. */
  failed(error: unknown): void;
  /** Messages were missed, and the data read anew. */
  repaired(): void;
}
