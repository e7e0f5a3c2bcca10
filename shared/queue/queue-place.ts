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
 * The place of the events of the environment with this prefix. Its name plays no part: two installations may give
 * their environments the same one, and each delivers under its own keys.
 */
export function eventsPlace(prefix: string): EventsPlace {
  return { queue: { prefix, name: "events" }, deadLetters: { prefix, name: "dead" } };
}

/** The key of a part of a queue: a state, a job, or what we keep beside it. */
export function queueKey({ prefix, name }: QueuePlace, part: string): string {
  return `${prefix}:${name}:${part}`;
}
