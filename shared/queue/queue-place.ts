/** Where a queue lies in Redis: its keys are `prefix:name:…`, as BullMQ and its tools spell them. */
export interface QueuePlace {
  readonly prefix: string;
  /** Without `:`, which BullMQ refuses. */
  readonly name: string;
}

/** Where the events of one environment lie. */
export interface EventsPlace {
  /** What is to be delivered. */
  readonly queue: QueuePlace;
  /** What could not be delivered; no Worker reads it. */
  readonly deadLetters: QueuePlace;
}

/**
 * The place of the events that `owner` has under this prefix. An environment's display name plays no part: two
 * installations may give theirs the same one. Each owner has queues of its own, so that whoever takes a prefix over
 * never has another's events in hand.
 */
export function eventsPlace(prefix: string, owner: string): EventsPlace {
  return { queue: { prefix, name: `events-${owner}` }, deadLetters: { prefix, name: `dead-${owner}` } };
}

/** The key of a part of a queue: a state, a job, or what we keep beside it. */
export function queueKey({ prefix, name }: QueuePlace, part: string): string {
  return `${prefix}:${name}:${part}`;
}
