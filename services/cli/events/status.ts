import type { Redis } from "ioredis";
import { type DestinationState, destinationStates } from "../../../shared/queue/destination-states.ts";
import { describeDestination, destinationName } from "../../../shared/queue/payload-destinations.ts";
import { queueLoad, type StateLoad } from "../../../shared/queue/queue-load.ts";
import type { EnvironmentEvents } from "./environment-events.ts";
import { formatAge, formatBytes, table } from "./table.ts";

/** A line of `events status`: what there is of an environment in one state, for one reason. */
export interface StatusRow {
  readonly environment: string;
  readonly state:
    | "claimed"
    | "waiting"
    | "in flight"
    | "again later"
    | "parked"
    | "unreachable"
    | "paused"
    | "dead";
  readonly reason: string | null;
  /** Jobs of up to 50 payloads; of what is parked, unreachable or dead, payloads. */
  readonly count: number;
  /** ISO 8601. */
  readonly oldestAt: string | null;
  readonly bytes: number;
  /** Of what waits for one destination: the kind of the credential, and the path. */
  readonly credential: string | null;
  readonly path: string | null;
  /** When one of what is parked is tried next; ISO 8601. */
  readonly nextTryAt: string | null;
}

const NOTHING: StateLoad = { jobs: 0, bytes: 0, oldestAt: undefined };

/** What an environment's events come to: what waits and is in flight always, the rest if there is any. */
export async function statusRows(
  { name, place, claimedBy, queue, deadLetters }: EnvironmentEvents,
  redis: Redis,
  now: number,
): Promise<StatusRow[]> {
  const [load, destinations, paused, dead] = await Promise.all([
    queueLoad(redis, place.queue),
    destinationStates(redis, place.queue),
    queue.isPaused(),
    deadLetters.byReason(),
  ]);
  const row = (state: StatusRow["state"], of: StateLoad, reason: string | null = null): StatusRow => ({
    environment: name,
    state,
    reason,
    count: of.jobs,
    oldestAt: isoTime(of.oldestAt),
    bytes: of.bytes,
    credential: null,
    path: null,
    nextTryAt: null,
  });
  return [
    ...(claimedBy === undefined ? [] : [row("claimed", NOTHING, claimReason(claimedBy))]),
    paused
      ? row("paused", load.waiting, "by hand, until ld-relay events resume")
      : row("waiting", load.waiting),
    row("in flight", load.active),
    ...(load.delayed.jobs > 0 ? [row("again later", load.delayed)] : []),
    ...destinations.flatMap((state) => {
      const { payloads: jobs, bytes, oldestAt } = state;
      const about = aboutDestination(state, now);
      return about === undefined ? [] : [{ ...row("waiting", { jobs, bytes, oldestAt }), ...about }];
    }),
    ...[...dead].map(([why, { letters, bytes, oldestAt }]) =>
      row("dead", { jobs: letters, bytes, oldestAt }, why),
    ),
  ];
}

/** Why nothing is added to the queue of an environment, or taken from it. */
function claimReason(claimedBy: string): string {
  return `by "${claimedBy}" of another installation: give one another prefix, or take over with claim --force`;
}

/** What is special about what waits for a destination; nothing if none does, and nothing keeps it. */
function aboutDestination(
  { kind, obstacle, payloads, parkedForMs }: DestinationState,
  now: number,
): Pick<StatusRow, "state" | "reason" | "credential" | "path" | "nextTryAt"> | undefined {
  if (obstacle === undefined && payloads === 0) return undefined;
  const name = destinationName(kind);
  const refused = obstacle?.state === "refused";
  return {
    state: obstacle === undefined ? "waiting" : refused ? "parked" : "unreachable",
    reason: [describeDestination(name), ...(obstacle === undefined ? [] : [obstacle.reason])].join(": "),
    ...name,
    nextTryAt: refused ? isoTime(now + parkedForMs) : null,
  };
}

function isoTime(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}

/** The rows for people. */
export function statusTable(rows: readonly StatusRow[], now: number): string {
  return table(
    ["ENVIRONMENT", "STATE", "COUNT", "OLDEST", "SIZE", "REASON"],
    rows.map(({ environment, state, count, oldestAt, bytes, reason, nextTryAt }) => [
      environment,
      state,
      `${count}`,
      oldestAt === null ? "" : formatAge(now - Date.parse(oldestAt)),
      formatBytes(bytes),
      [
        reason ?? "",
        ...(nextTryAt === null ? [] : [`next try ${formatWait(Date.parse(nextTryAt) - now)}`]),
      ].join(", "),
    ]),
  );
}

function formatWait(ms: number): string {
  return ms > 0 ? `in ${formatAge(ms)}` : "now";
}
