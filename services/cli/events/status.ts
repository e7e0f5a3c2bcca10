import type { Redis } from "ioredis";
import { parkedQueue } from "../../../shared/queue/parking.ts";
import { queueLoad, type StateLoad } from "../../../shared/queue/queue-load.ts";
import type { EnvironmentEvents } from "./environment-events.ts";
import { formatAge, formatBytes, table } from "./table.ts";

/** A line of `events status`: what there is of an environment in one state, for one reason. */
export interface StatusRow {
  readonly environment: string;
  readonly state: "claimed" | "waiting" | "in flight" | "again later" | "parked" | "paused" | "dead";
  readonly reason: string | null;
  /** Jobs of up to 50 payloads; of the dead, payloads. */
  readonly count: number;
  /** ISO 8601. */
  readonly oldestAt: string | null;
  readonly bytes: number;
}

const NOTHING: StateLoad = { jobs: 0, bytes: 0, oldestAt: undefined };

/** What an environment's events come to: what waits and is in flight always, the rest if there is any. */
export async function statusRows(
  { name, place, claimedBy, queue, deadLetters }: EnvironmentEvents,
  redis: Redis,
): Promise<StatusRow[]> {
  const [load, parked, paused, dead] = await Promise.all([
    queueLoad(redis, place.queue),
    parkedQueue(redis, place.queue),
    queue.isPaused(),
    deadLetters.byReason(),
  ]);
  const row = (state: StatusRow["state"], reason: string | null, of: StateLoad): StatusRow => ({
    environment: name,
    state,
    reason,
    count: of.jobs,
    oldestAt: of.oldestAt === undefined ? null : new Date(of.oldestAt).toISOString(),
    bytes: of.bytes,
  });
  const [state, reason] = stateOf(parked?.reason, paused);
  const rows = claimedBy === undefined ? [] : [row("claimed", claimReason(claimedBy), NOTHING)];
  rows.push(row(state, reason, load.waiting), row("in flight", null, load.active));
  if (load.delayed.jobs > 0) rows.push(row("again later", parked?.reason ?? null, load.delayed));
  for (const [why, { letters, bytes, oldestAt }] of dead)
    rows.push(row("dead", why, { jobs: letters, bytes, oldestAt }));
  return rows;
}

/** Why nothing is added to the queue of an environment, or taken from it. */
function claimReason(claimedBy: string): string {
  return `by "${claimedBy}" of another installation: give one another prefix, or take over with claim --force`;
}

/** What waits is called after what keeps it waiting. */
function stateOf(refused: string | undefined, paused: boolean): [StatusRow["state"], string | null] {
  if (paused) return ["paused", "by hand"];
  return refused === undefined ? ["waiting", null] : ["parked", refused];
}

/** The rows for people. */
export function statusTable(rows: readonly StatusRow[], now: number): string {
  return table(
    ["ENVIRONMENT", "STATE", "COUNT", "OLDEST", "SIZE", "REASON"],
    rows.map(({ environment, state, count, oldestAt, bytes, reason }) => [
      environment,
      state,
      `${count}`,
      oldestAt === null ? "" : formatAge(now - Date.parse(oldestAt)),
      formatBytes(bytes),
      reason ?? "",
    ]),
  );
}
