import type { Redis } from "ioredis";
import { DESTINATION_STATES } from "./destination-scripts.ts";
import { PAYLOAD_KINDS, type PayloadKind } from "./event-payload.ts";
import { parkingKeys } from "./parking.ts";
import { type QueuePlace, queueKey } from "./queue-place.ts";

/** Why LaunchDarkly takes nothing at a destination. */
export interface Obstacle {
  /** `refused`: it answered, and wants none under this key or at this path. `unreachable`: no answer that helps. */
  readonly state: "refused" | "unreachable";
  readonly reason: string;
  /** In milliseconds since the epoch. */
  readonly since: number;
}

/** How one of an environment's destinations does, as Redis knows it. */
export interface DestinationState {
  readonly kind: PayloadKind;
  readonly obstacle: Obstacle | undefined;
  /** How long no payload at all is tried; 0 if one may be. */
  readonly parkedForMs: number;
  /** What is parked, and in how many jobs it was. */
  readonly payloads: number;
  readonly entries: number;
  readonly bytes: number;
  /** Since when the oldest of them has been tried, in milliseconds since the epoch. */
  readonly oldestAt: number | undefined;
}

type Looked = readonly [
  refusal: string | null,
  refusedSince: string | null,
  parkedForMs: number,
  trouble: string | null,
  troubledSince: string | null,
  payloads: string | null,
  bytes: string | null,
  oldestAt: string | null,
  entries: number,
];

/** How all destinations do of the environment whose queue this is. */
export async function destinationStates(
  connection: Redis,
  queue: QueuePlace,
): Promise<readonly DestinationState[]> {
  const keys = PAYLOAD_KINDS.flatMap((kind) => {
    const { parking, rest, trouble } = parkingKeys(queue, kind);
    return [parking, rest, trouble, queueKey(queue, `parked:${kind}`)];
  });
  const all = [queueKey(queue, "parked"), ...keys];
  const looked = await connection.eval(DESTINATION_STATES, all.length, ...all, ...PAYLOAD_KINDS);
  return (looked as Looked[]).map((state, i) => stateOf(PAYLOAD_KINDS[i] as PayloadKind, state));
}

function stateOf(kind: PayloadKind, looked: Looked): DestinationState {
  const [refusal, refusedSince, parkedForMs, trouble, troubledSince, payloads, bytes, oldestAt, entries] =
    looked;
  return {
    kind,
    obstacle:
      obstacleOf("refused", refusal, refusedSince) ?? obstacleOf("unreachable", trouble, troubledSince),
    parkedForMs: Math.max(0, parkedForMs),
    payloads: Number(payloads ?? 0),
    entries,
    bytes: Number(bytes ?? 0),
    oldestAt: oldestAt === null ? undefined : Number(oldestAt),
  };
}

function obstacleOf(
  state: Obstacle["state"],
  reason: string | null,
  since: string | null,
): Obstacle | undefined {
  return reason === null ? undefined : { state, reason, since: Number(since ?? 0) };
}
