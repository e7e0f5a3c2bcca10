import { createHash } from "node:crypto";

/** What the names of all keys of our queues begin with; BullMQ's tools ask for it as "prefix". */
export const KEY_PREFIX = "ld-relay";

/** The queue of the events of an environment. */
export function eventQueueName(environmentId: string): string {
  return `events-${safeName(environmentId)}`;
}

/** The queue of an environment's dead letters, which no Worker reads. */
export function deadLetterQueueName(environmentId: string): string {
  return `dead-${safeName(environmentId)}`;
}

/**
 * The id itself where it is safe (BullMQ takes no `:`), else something readable with a hash. A plain id has no
 * dot, so that the two kinds of names never meet.
 */
function safeName(id: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(id)) return id;
  const slug = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 48);
  return `${slug}.${createHash("sha256").update(id).digest("hex").slice(0, 12)}`;
}
