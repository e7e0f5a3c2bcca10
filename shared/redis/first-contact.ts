import type { Cause } from "../base/cause.ts";
import type { RedisSettings } from "../config/redis-settings.ts";

/** What happens when one side speaks TLS and the other does not: each waits for the other, or is cut off. */
const SPEAKS_OTHERWISE: ReadonlySet<string> = new Set([
  "NOT_CONNECTED",
  "CLOSED",
  "ECONNRESET",
  "EPIPE",
  "TIMEOUT",
  "NOTREDIS",
  "TLS",
]);

/**
 * The cause with what is worth a look only as long as a Redis has never answered: who it worked for before has not
 * mistaken the place.
 */
export function beforeFirstContact(cause: Cause, settings: RedisSettings): Cause {
  const hint = hintFor(cause.code, settings);
  return hint === undefined ? cause : { ...cause, advice: [cause.advice, hint].filter(Boolean).join(" ") };
}

function hintFor(code: string, settings: RedisSettings): string | undefined {
  if (code === "ECONNREFUSED" || code === "ENOENT")
    return "Start one (redis-server), or delete [Redis]: without it, all roles in one process start a private Redis.";
  if (settings.kind === "unix" || !SPEAKS_OTHERWISE.has(code)) return undefined;
  return settings.tls
    ? "If this port does not use TLS: write redis:// in [Redis] url, or tls = false."
    : "If this port uses TLS: write rediss:// in [Redis] url, or tls = true.";
}
