import { type Redis, ReplyError } from "ioredis";
import { type Claim, decodeClaim } from "../model/claim.ts";
import { claimKey } from "./claimed-place.ts";
import { destinationStates } from "./destination-states.ts";
import { queueLoad, type StateLoad } from "./queue-load.ts";
import { type EventsPlace, type QueuePlace, queueKey } from "./queue-place.ts";

/** Earlier versions called all queues `ld-relay:events-NAME`, after the environment's display name. */
const EARLIER_PREFIX = "ld-relay";

/** Events of an owner, wherever they lie in Redis. */
export interface LeftEvents {
  /** `PREFIX:events-OWNER`. */
  readonly queueName: string;
  readonly place: EventsPlace;
  /** Of the environment that they were taken for; not known of those of earlier versions. */
  readonly claim?: Claim;
  /** Whether this owner has the prefix now: a running installation may add and deliver there. */
  readonly inUse: boolean;
  readonly jobs: number;
  readonly dead: number;
  readonly bytes: number;
  /** Of the oldest job, in milliseconds since the epoch. */
  readonly oldestAt: number | undefined;
}

/** What identifies a queue of events: the mark of its owner, or, of an earlier version's, what BullMQ keeps of it. */
const MARKS = "*:events-*:[cm]*";
const MARK = /^(.+):events-([^:]+):(claim|meta)$/s;
/** Keys that Redis looks through at a time, which takes it a fraction of a millisecond. */
const SLICE = 1000;

/** The place of this name; `undefined` for what cannot be the name of a queue of events. */
function placeCalled(queueName: string): EventsPlace | undefined {
  const [, prefix, owner] = /^(.+):events-([^:]+)$/s.exec(queueName) ?? [];
  if (prefix === undefined || owner === undefined) return undefined;
  return { queue: { prefix, name: `events-${owner}` }, deadLetters: { prefix, name: `dead-${owner}` } };
}

/** The events of this name; `undefined` if there are none, or what there is belongs to no relay. */
export async function leftEvents(connection: Redis, queueName: string): Promise<LeftEvents | undefined> {
  const place = placeCalled(queueName);
  if (place === undefined) return undefined;
  const { prefix, name } = place.queue;
  const [mark, meta, owner] = await Promise.all([
    connection.get(queueKey(place.queue, "claim")),
    connection.exists(queueKey(place.queue, "meta")),
    connection.hget(claimKey(prefix), "owner"),
  ]);
  // Other programs use BullMQ, too.
  if (mark === null && (prefix !== EARLIER_PREFIX || meta === 0)) return undefined;
  const [load, parked, paused, dead] = await Promise.all([
    queueLoad(connection, place.queue),
    parkedLoads(connection, place.queue),
    connection.llen(queueKey(place.queue, "paused")),
    connection.llen(queueKey(place.deadLetters, "wait")),
  ]);
  const states = [...Object.values(load), ...parked];
  const claim = mark === null ? undefined : decodeClaim(mark);
  return {
    ...{ queueName, place, dead },
    ...(claim && { claim }),
    inUse: name === `events-${owner}`,
    jobs: states.reduce((sum, { jobs }) => sum + jobs, paused),
    bytes: states.reduce((sum, { bytes }) => sum + bytes, 0),
    oldestAt: states.reduce<number | undefined>(
      (oldest, { oldestAt: at = oldest }) => (at === undefined ? oldest : Math.min(at, oldest ?? at)),
      undefined,
    ),
  };
}

/** What is parked of each kind, in jobs as they were before. */
async function parkedLoads(connection: Redis, queue: QueuePlace): Promise<StateLoad[]> {
  const states = await destinationStates(connection, queue);
  return states.map(({ entries, bytes, oldestAt }) => ({ jobs: entries, bytes, oldestAt }));
}

/**
 * Looks through all of Redis, in short slices, for events at other places than `owned`; of those where nothing is left
 * it says nothing. Also finds what running installations with other prefixes have: see {@link LeftEvents.inUse}.
 */
export async function findLeftEvents(
  connection: Redis,
  owned: readonly EventsPlace[],
): Promise<LeftEvents[]> {
  const names = await queueNames(connection);
  for (const { queue } of owned) names.delete(nameOf(queue));
  const found: LeftEvents[] = [];
  for (const name of [...names].sort()) {
    const events = await readable(leftEvents(connection, name));
    if (events !== undefined && events.jobs + events.dead > 0) found.push(events);
  }
  return found;
}

function nameOf({ prefix, name }: QueuePlace): string {
  return `${prefix}:${name}`;
}

async function queueNames(connection: Redis): Promise<Set<string>> {
  const names = new Set<string>();
  let cursor = "0";
  do {
    const [next, keys] = await connection.scan(cursor, "MATCH", MARKS, "COUNT", SLICE);
    for (const key of keys) {
      const [, prefix, owner, mark] = MARK.exec(key) ?? [];
      if (owner !== undefined && (mark === "claim" || prefix === EARLIER_PREFIX))
        names.add(`${prefix}:events-${owner}`);
    }
    cursor = next;
  } while (cursor !== "0");
  return names;
}

/** What this user of Redis may not look at, and what has another shape, is none of ours. */
async function readable<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ReplyError && /NOPERM|WRONGTYPE/.test(String(error))) return undefined;
    throw error;
  }
}
