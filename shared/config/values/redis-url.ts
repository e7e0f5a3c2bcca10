import * as z from "zod";
import type { RedisSettings } from "../redis-settings.ts";
import { isHost } from "./text.ts";
import { secretType } from "./value-type.ts";

const DEFAULT_PORT = 6379;

/**
 * Where a Redis is: `redis://`, `rediss://` (TLS) or `unix://` and a socket's path; user name and password in
 * front of the host, the database behind it (`/2`; with `unix:` `?db=2`).
 */
export const redisUrl = secretType(
  "URL",
  z.string().transform((text, context): RedisSettings => {
    const parsed = URL.canParse(text) ? parseRedisUrl(new URL(text)) : "not a valid URL/URI";
    if (typeof parsed !== "string") return parsed;
    const relative = !/^[a-z][a-z0-9+.-]*:/i.test(text);
    const message = hasUnencoded(text) ? UNENCODED : relative ? "must be an absolute URL/URI" : parsed;
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  }),
  showWithoutUser,
);

const UNENCODED =
  "not a valid URL/URI: in its user name and password, write # / ? % as %23 %2F %3F %25, or give them as username and " +
  "password (REDIS_USERNAME, REDIS_PASSWORD)";

/** Whether a user name or password contains what ends them in a URL, as far as the last `@` tells. */
function hasUnencoded(text: string): boolean {
  const [, user = ""] = /^[a-z]+:\/\/(.*)@/is.exec(text) ?? [];
  return /[#/?]|%(?![0-9a-f]{2})/i.test(user);
}

/** The settings in a URL, or what is wrong with it. */
function parseRedisUrl(url: URL): RedisSettings | string {
  if (url.protocol === "unix:") return parseSocketUrl(url);
  if (url.protocol !== "redis:" && url.protocol !== "rediss:")
    return "must be an absolute URL/URI that begins with redis://, rediss:// or unix://";
  const db = parseDatabase(url.pathname.replace(/^\//, ""));
  const host = decodeText(url.hostname.replace(/^\[(.*)\]$/, "$1"));
  if (host === undefined || !isHost(host)) return "invalid Redis hostname";
  if (db === undefined) return "the path of a Redis URL must be the number of a database";
  if (url.search !== "" || url.hash !== "") return "a Redis URL must not contain a query or fragment";
  const user = userOf(url);
  if (typeof user === "string") return user;
  return {
    kind: "tcp",
    host,
    port: url.port === "" ? DEFAULT_PORT : Number(url.port),
    tls: url.protocol === "rediss:",
    db,
    ...user,
  };
}

function parseSocketUrl(url: URL): RedisSettings | string {
  const path = decodeText(url.pathname);
  const parameters = [...url.searchParams.keys()];
  const db = parseDatabase(url.searchParams.get("db") ?? "");
  if (url.hostname !== "" || path === undefined || !path.startsWith("/"))
    return "must give the absolute path of a socket, as in unix:///run/redis.sock";
  if (db === undefined || parameters.some((name) => name !== "db") || url.hash !== "")
    return "may have no other parameter than ?db= and the number of a database";
  return { kind: "unix", path, db };
}

function parseDatabase(text: string): number | undefined {
  if (text === "") return 0;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function userOf(url: URL): { username?: string; password?: string } | string {
  const username = decodeText(url.username);
  const password = decodeText(url.password);
  if (username === undefined || password === undefined) return "not a valid URL/URI";
  return { ...(username !== "" && { username }), ...(password !== "" && { password }) };
}

function decodeText(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // Not percent-encoded as it should be: the caller says so.
  }
}

/** What comes before the last `@` is cut away as text, so that nothing shows of an unreadable URL either. */
function showWithoutUser(text: string): string {
  return text.replace(/^([a-z]*:\/\/)?.*@/is, "$1(hidden)@");
}
