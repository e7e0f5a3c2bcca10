import * as z from "zod";
import { bareMilliseconds, sameAs } from "../old-spellings.ts";
import { duration } from "../values/duration.ts";
import { countOrZero, flag, port } from "../values/number.ts";
import { redisUrl } from "../values/redis-url.ts";
import { hostType, password, text } from "../values/text.ts";
import { setting, settingWithDefault } from "./setting.ts";

/** `[Redis]`: where the processes meet. */
export const redisSettings = z.object({
  enabled: setting(flag, {
    variable: "USE_REDIS",
    unset: "true, if the file gives a `url`, `host` or `port`",
    description:
      "Whether to use a Redis of your own. The other variables of this section count only if this or the file says so.",
  }),
  url: setting(redisUrl, {
    variable: "REDIS_URL",
    unset: "`host` and `port` instead",
    description:
      "`redis://[user:password@]host[:port][/db]`, `rediss://…` for TLS, or `unix:///path/of/the.sock[?db=N]`.",
  }),
  host: setting(hostType("invalid Redis hostname"), {
    variable: "REDIS_HOST",
    unset: "`localhost`, unless there is a `url`",
    description: "Host name or address.",
  }),
  port: setting(port, {
    variable: "REDIS_PORT",
    unset: "`6379`, unless there is a `url`",
    description: "The variable may also be `tcp://host:port`, as Docker's links have it, and then sets both.",
  }),
  db: setting(countOrZero, {
    variable: "REDIS_DB",
    unset: "what the `url` says, or `0`",
    description: "The number of the database.",
  }),
  tls: settingWithDefault(flag, "false", {
    variable: "REDIS_TLS",
    description: "Use TLS, also where the `url` begins with `redis://`.",
  }),
  username: setting(text, {
    variable: "REDIS_USERNAME",
    unset: "what the `url` says, or none",
    description: "The user to log in as.",
  }),
  password: setting(password, {
    variable: "REDIS_PASSWORD",
    unset: "what the `url` says, or none",
    description: "The password to log in with.",
  }),
  localTtl: settingWithDefault(duration, "30s", {
    variable: "CACHE_TTL",
    description:
      "Accepted for compatibility, and nothing follows from it: an edge always serves from memory, which the message bus keeps true, so there is nothing that would expire. Here, and only here, a bare number is one of milliseconds.",
    old: { variables: [sameAs("REDIS_TTL")], value: bareMilliseconds },
  }),
});
