import type { RedisSettings } from "../config/redis-settings.ts";

/** Where Redis is, as `[Redis] url` would say it, but without credentials: for logs and `/status`. */
export function redisAddress(settings: RedisSettings): string {
  const { db } = settings;
  if (settings.kind === "unix") return `unix://${settings.path}${db === 0 ? "" : `?db=${db}`}`;
  const host = settings.host.includes(":") ? `[${settings.host}]` : settings.host;
  return `${settings.tls ? "rediss" : "redis"}://${host}:${settings.port}${db === 0 ? "" : `/${db}`}`;
}
