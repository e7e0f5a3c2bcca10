import type { PresentRole } from "../../../shared/presence/present-roles.ts";
import type { EnvironmentStatus, QueueRow } from "../../operator/environment-status.ts";
import type { RelayStatus } from "../../operator/relay-status.ts";
import { formatAge, formatBytes, table } from "../events/table.ts";

type Row = readonly [environment: string, part: string, where: string, state: string, detail: string];

/** The status for people: one table, and below it what somebody should look at. */
export function relayStatusText({ at, redis, environments, notices }: RelayStatus): string {
  const now = at === null ? 0 : Date.parse(at);
  const rows: Row[] = [
    ...redis.map((one): Row => ["", "redis", one.address ?? "", one.state, one.use]),
    ...environments.flatMap((environment) => environmentRows(environment, now)),
  ];
  const lines = rows.length === 0 ? [] : [table(["ENVIRONMENT", "PART", "WHERE", "STATE", "DETAIL"], rows)];
  return [...lines, ...(notices.length === 0 ? [] : ["", ...notices.map((notice) => `! ${notice}`)])]
    .join("\n")
    .trimStart();
}

function environmentRows(environment: EnvironmentStatus, now: number): Row[] {
  const { name, roles, queue } = environment;
  return [
    [name, "LaunchDarkly", "", upstreamState(environment), upstreamDetail(environment, now)],
    [name, "data", environment.prefix, dataState(environment), dataDetail(environment)],
    ...roles.map(
      (role): Row => [name, role.role, whereIs(role), roleState(role), roleDetail(role, environment, now)],
    ),
    ...(queue ?? []).map((row): Row => [name, "events", "", row.state, queueDetail(row, now)]),
  ];
}

function upstreamState({ upstream }: EnvironmentStatus): string {
  return upstream?.state ?? "unknown";
}

function upstreamDetail({ upstream }: EnvironmentStatus, now: number): string {
  if (upstream === null) return "no ingestor has led this environment yet";
  const { since, lastError, reportedMsAgo } = upstream;
  return [
    `for ${formatAge(now - Date.parse(since))}`,
    `reported ${formatAge(reportedMsAgo)} ago`,
    ...(lastError === null
      ? []
      : [`last error ${lastError.kind} ${formatAge(now - Date.parse(lastError.time))} ago`]),
  ].join(", ");
}

function dataState({ claim, hasData }: EnvironmentStatus): string {
  if (claim === "foreign") return "foreign";
  return hasData ? "there" : "none";
}

function dataDetail({ claim, claimedBy, flags, segments, offset, wordMsAgo }: EnvironmentStatus): string {
  return [
    ...(claim === "foreign" ? [`claimed by "${claimedBy}"`] : []),
    `${flags} flags`,
    `${segments} segments`,
    `position ${offset}`,
    wordMsAgo === null ? "never confirmed" : `confirmed ${formatAge(wordMsAgo)} ago`,
  ].join(", ");
}

function whereIs({ host, pid }: PresentRole): string {
  return `${host}/${pid}`;
}

function roleState(role: PresentRole): string {
  switch (role.role) {
    case "ingestor":
      return role.leads ? "leads" : "waits";
    case "edge":
      return role.offset === null ? "no data" : "serves";
    case "forwarder":
      return role.trouble === null ? "delivers" : "held up";
  }
}

function roleDetail(role: PresentRole, { offset }: EnvironmentStatus, now: number): string {
  const about = `version ${role.version}, up ${formatAge(now - role.startedAt)}`;
  switch (role.role) {
    case "ingestor":
      return about;
    case "edge":
      return [
        ...(role.offset === null ? [] : [positionText(role.offset, offset)]),
        `${role.streams} streams`,
        ...(role.lagMs === null ? [] : [`last change after ${Math.round(role.lagMs)} ms`]),
        about,
      ].join(", ");
    case "forwarder":
      return role.trouble === null ? about : `${role.trouble}, ${about}`;
  }
}

/** Announcements are some seconds old, so an edge may seem to be behind while changes come. */
function positionText(own: number, offset: number): string {
  return own < offset ? `position ${own} (${offset - own} behind)` : `position ${own}`;
}

function queueDetail({ count, oldestAt, bytes, reason }: QueueRow, now: number): string {
  return [
    `${count}`,
    ...(oldestAt === null ? [] : [`oldest ${formatAge(now - Date.parse(oldestAt))}`]),
    ...(count === 0 ? [] : [formatBytes(bytes)]),
    ...(reason === null ? [] : [reason]),
  ].join(", ");
}
