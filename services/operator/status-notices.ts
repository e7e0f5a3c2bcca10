import type { RoleName } from "../../shared/presence/announcement.ts";
import type { EnvironmentStatus } from "./environment-status.ts";
import type { RedisStatus } from "./redis-status.ts";

const ROLES: readonly RoleName[] = ["ingestor", "edge", "forwarder"];

/** An ingestor reports every second, and a takeover after a crash takes about eight. */
const SILENT_MS = 15_000;

/** Names that one line lists; of more it says how many there are. */
const MAX_NAMES = 5;

/** What somebody should look at, most urgent first: one sentence each, however many environments it concerns. */
export function statusNotices(
  redis: readonly RedisStatus[],
  environments: readonly EnvironmentStatus[],
): string[] {
  const about = (holds: (environment: EnvironmentStatus) => boolean, say: (names: string) => string) => {
    const concerned = environments.filter(holds);
    return concerned.length === 0 ? [] : [say(namesOf(concerned, environments))];
  };
  return [
    ...redis.flatMap(({ state, problem }) => (state === "away" && problem !== null ? [problem] : [])),
    ...environments
      .filter(({ claim }) => claim === "foreign")
      .map(({ name, prefix, claimedBy }) => foreignNotice(name, prefix, claimedBy)),
    ...environments.flatMap(({ name, queue }) =>
      (queue ?? [])
        .filter(({ state }) => state === "claimed")
        .map(({ reason }) => `the events of "${name}" are claimed ${reason ?? ""}`.trimEnd()),
    ),
    ...ROLES.flatMap((role) =>
      about(
        ({ roles }) => !roles.some((one) => one.role === role),
        (names) => `no ${role} is running${names}`,
      ),
    ),
    ...about(
      ({ roles, leased }) => !leased && roles.some(({ role }) => role === "ingestor"),
      (names) => `no ingestor leads${names}`,
    ),
    ...about(
      ({ hasData }) => !hasData,
      (names) => `there are no flags in Redis${names}`,
    ),
    ...about(
      ({ upstream }) => upstream?.state === "OFF",
      (names) => `LaunchDarkly rejected the SDK key${names}`,
    ),
    ...about(
      ({ upstream }) => upstream !== null && upstream.state !== "OFF" && upstream.reportedMsAgo > SILENT_MS,
      (names) => `the state of LaunchDarkly's stream is outdated, because no ingestor reports it${names}`,
    ),
    ...about(
      ({ queue }) => queue?.some(({ state }) => state === "paused") ?? false,
      (names) => `event delivery is paused${names}`,
    ),
  ];
}

function foreignNotice(name: string, prefix: string, claimedBy: string | null): string {
  return `the prefix ${prefix} of "${name}" is claimed by "${claimedBy}" of another installation: give one of them another prefix`;
}

/** ` for A, B and 3 more`; nothing if that is all there are. */
function namesOf(concerned: readonly EnvironmentStatus[], all: readonly EnvironmentStatus[]): string {
  if (concerned.length === all.length) return "";
  const names = concerned.slice(0, MAX_NAMES).map(({ name }) => name);
  const more = concerned.length - names.length;
  return ` for ${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}
