import type { Redis } from "ioredis";
import { UserError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { claimOf, claimsAgree } from "../../../shared/model/claim.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { type Adoption, adoptEvents, dropEvents } from "../../../shared/queue/adoption.ts";
import { type LeftEvents, leftEvents } from "../../../shared/queue/left-queues.ts";
import { ForeignClaimError, QueueClaim } from "../../../shared/queue/queue-claim.ts";
import { queueKey } from "../../../shared/queue/queue-place.ts";
import type { EventsCommand } from "./command.ts";
import { formatAge, formatBytes, table } from "./table.ts";

/** A queue that no environment of the configuration owns, as `events status` shows it. */
export interface LeftRow {
  readonly environment: null;
  readonly state: "unowned";
  /** As `events adopt` and `events drop` take it. */
  readonly queue: string;
  readonly reason: string;
  /** Jobs of up to 50 payloads. */
  readonly count: number;
  readonly dead: number;
  /** ISO 8601. */
  readonly oldestAt: string | null;
  readonly bytes: number;
}

export function leftRow(events: LeftEvents, environments: readonly Environment[]): LeftRow {
  const { queueName, jobs, dead, oldestAt, bytes } = events;
  return {
    ...{ environment: null, state: "unowned", queue: queueName, reason: whose(events, environments) },
    ...{ count: jobs, dead, bytes },
    oldestAt: oldestAt === undefined ? null : new Date(oldestAt).toISOString(),
  };
}

/** Whose the events are, and what that means for who finds them. */
function whose({ claim, inUse, place }: LeftEvents, environments: readonly Environment[]): string {
  if (claim === undefined)
    return `of an earlier version, which went by names: ${place.queue.name.replace(/^events-/, "")}`;
  const ours = environments.find((environment) => claimsAgree(claim, claimOf(environment)));
  if (ours !== undefined) return `of the environment "${ours.name}", under another prefix or from before`;
  return inUse
    ? `of "${claim.name}" of another installation, which may be running`
    : `left by "${claim.name}", for other keys than ours`;
}

/** The queues for people; nothing without any. */
export function leftTable(rows: readonly LeftRow[], now: number): string {
  if (rows.length === 0) return "";
  const lines = table(
    ["QUEUE", "JOBS", "DEAD", "OLDEST", "SIZE", "WHOSE"],
    rows.map(({ queue, count, dead, oldestAt, bytes, reason }) => [
      queue,
      `${count}`,
      `${dead}`,
      oldestAt === null ? "" : formatAge(now - Date.parse(oldestAt)),
      formatBytes(bytes),
      reason,
    ]),
  );
  return `\nQueues that no environment of this configuration owns; see events adopt and events drop:\n${lines}`;
}

type LeftCommand = Extract<EventsCommand, { readonly queue: string }>;

/** What was done with a queue. */
export interface LeftDone extends Partial<Adoption> {
  readonly queue: string;
  readonly done: string;
}

/** Adopts or drops a queue. Rejects with a {@link UserError} where that is not possible, or should be thought over. */
export async function dealWithLeft(
  command: LeftCommand,
  environments: readonly Environment[],
  redis: Redis,
  logger: Logger,
): Promise<LeftDone> {
  const events = await leftEvents(redis, command.queue);
  if (events === undefined)
    throw new UserError(
      `there is no queue "${command.queue}". ld-relay events status lists those without an owner`,
    );
  return command.action === "adopt"
    ? adopt(events, command, environments, redis, logger)
    : drop(events, command, environments, redis);
}

async function adopt(
  events: LeftEvents,
  { into, force }: Extract<LeftCommand, { readonly action: "adopt" }>,
  environments: readonly Environment[],
  redis: Redis,
  logger: Logger,
): Promise<LeftDone> {
  const { queueName, claim, place } = events;
  const environment = environments.find(({ name }) => name === into);
  if (environment === undefined)
    throw new UserError(`there is no environment "${into}" in the configuration`);
  const to = await claimedFor(environment, redis, logger);
  if (queueKey(to.queue, "") === queueKey(place.queue, ""))
    throw new UserError(`the queue "${queueName}" is that of "${into}" already`);
  if (claim !== undefined && !claimsAgree(claim, claimOf(environment)) && !force)
    throw new UserError(
      `the queue "${queueName}" was filled for the environment "${claim.name}", whose SDK key is another than that of ` +
        `"${into}": its events would be counted for "${into}" in LaunchDarkly. Say --force if they are meant to be`,
    );
  const adoption = await adoptEvents(redis, place, to);
  const { jobs, letters, inHand } = adoption;
  const rest = inHand === 0 ? "" : `; ${inHand} are held by a forwarder: check again in a minute`;
  return {
    queue: queueName,
    done: `${jobs} jobs and ${letters} dead letters moved to "${into}"${rest}`,
    ...adoption,
  };
}

async function claimedFor(environment: Environment, redis: Redis, logger: Logger) {
  try {
    return await new QueueClaim(redis, environment, async () => undefined, logger).place();
  } catch (error) {
    if (error instanceof ForeignClaimError) throw new UserError(error.message);
    throw error;
  }
}

async function drop(
  events: LeftEvents,
  { yes, force }: Extract<LeftCommand, { readonly action: "drop" }>,
  environments: readonly Environment[],
  redis: Redis,
): Promise<LeftDone> {
  const { queueName, jobs, dead, bytes, inUse, place } = events;
  const what = `${jobs} jobs of events (${formatBytes(bytes)}) and ${dead} dead letters`;
  if (inUse && !force)
    throw new UserError(
      `the queue "${queueName}" is in use: ${whose(events, environments)}. Say --force if nobody needs it any more`,
    );
  if (!yes)
    throw new UserError(`this would remove ${what} of the queue "${queueName}" for good. Say --yes to do it`);
  await dropEvents(redis, place);
  return { queue: queueName, done: `${what} dropped` };
}
