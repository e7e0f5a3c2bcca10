import { type GivenSection, type GivenSettings, settingPlace } from "./given.ts";
import type { Problems } from "./problems.ts";
import type { RedisSettings } from "./redis-settings.ts";
import { readSectionValues, type SectionValues } from "./section-values.ts";
import { redisSettings } from "./settings/redis.ts";
import { describeSource } from "./source.ts";
import { flag } from "./values/number.ts";

type RedisValues = SectionValues<typeof redisSettings>;

/** The settings that say where a Redis is. */
export const REDIS_PLACE: ReadonlySet<string> = new Set(["url", "host", "port"]);

const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = 6379;

/** Whether a Redis is to be used: `enabled` says so, or a place is given and `enabled` says nothing. */
export function isRedisGiven(redis: GivenSection): boolean {
  const enabled = redis.settings.get("enabled")?.texts.at(-1);
  if (enabled !== undefined) return flag.schema.safeParse(enabled).data !== false;
  return [...REDIS_PLACE].some((key) => redis.settings.has(key));
}

/** Where Redis is, put together from URL and single settings, of which the single ones win. */
export function readRedisSettings(
  redis: GivenSection,
  given: GivenSettings,
  problems: Problems,
): RedisSettings | undefined {
  const values = readSectionValues(redisSettings, redis, problems);
  const enabled = isRedisGiven(redis);
  redis.derived.set("enabled", { value: String(enabled), source: "whether there is a url, host or port" });
  if (!enabled) {
    const unused = [...REDIS_PLACE]
      .map((key) => redis.settings.get(key))
      .find((place) => place !== undefined);
    if (unused !== undefined)
      given.notice(`${describeSource(unused.source)}: not used, because Redis is disabled`);
    else warnOfDetails(redis, given);
    return undefined;
  }
  checkPlace(redis, values, problems);
  const { url, username = url?.username, password = url?.password } = values;
  const db = values.db ?? url?.db ?? 0;
  const login = {
    db,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  if (url?.kind === "unix") return { kind: "unix", path: url.path, ...login };
  const host = url?.host ?? values.host ?? DEFAULT_HOST;
  const port = url?.port ?? values.port ?? DEFAULT_PORT;
  if (url === undefined) {
    redis.derived.set("host", { value: host, source: "default" });
    redis.derived.set("port", { value: String(port), source: "default" });
  }
  return { kind: "tcp", host, port, tls: values.tls || url?.tls === true, ...login };
}

/** Whoever gives a password has a Redis in mind, and would get a private one. */
function warnOfDetails(redis: GivenSection, given: GivenSettings): void {
  if (redis.settings.has("enabled")) return;
  for (const key of ["username", "password", "tls", "db"]) {
    const detail = redis.settings.get(key);
    if (detail !== undefined)
      given.warn(`${settingPlace(detail)}: has no effect without a url, host or port of Redis`);
  }
}

function checkPlace(redis: GivenSection, { url, db, tls }: RedisValues, problems: Problems): void {
  const place = redis.settings.get("host") ?? redis.settings.get("port");
  if (redis.settings.has("url") && place !== undefined)
    problems.add(place.source, "please specify Redis URL or host/port, but not both");
  if (url?.kind === "unix" && tls)
    problems.add(redis.settings.get("tls")?.source, "[Redis] tls: a unix socket has no TLS");
  if (db !== undefined && url !== undefined && url.db !== 0 && url.db !== db)
    problems.add(redis.settings.get("db")?.source, "[Redis] db: the URL names another database");
}
