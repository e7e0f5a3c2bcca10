import * as z from "zod";
import { bareMilliseconds, sameAs } from "../old-spellings.ts";
import { duration } from "../values/duration.ts";
import { countOrZero, flag, port } from "../values/number.ts";
import { redisUrl } from "../values/redis-url.ts";
import { hostType, password, text } from "../values/text.ts";
import { ineffective, refused, setting, settingWithDefault } from "./setting.ts";

const NO_CLIENT_CERTIFICATE =
  "client certificates are not supported yet: let Redis take [Redis] username and [Redis] password, and remove it";
const OWN_TIMEOUTS = "it has no effect: the relay has time-outs of its own, and tries again";
const NO_IAM = "it has no effect without awsAuth";

/** `[Redis]`: where the processes meet. */
export const redisSettings = z.object({
  enabled: setting(flag, {
    variable: "USE_REDIS",
    unset: "true, if the file gives a `url`, `host` or `port`",
    description:
      "Whether to use an external Redis. The other variables of this section count only if this or the file enables it.",
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
    unset: "the value in `url`, or `0`",
    description: "The number of the database.",
  }),
  tls: settingWithDefault(flag, "false", {
    variable: "REDIS_TLS",
    description: "Use TLS even if `url` begins with `redis://`.",
  }),
  username: setting(text, {
    variable: "REDIS_USERNAME",
    unset: "the value in `url`, or none",
    description: "The user to log in as.",
  }),
  password: setting(password, {
    variable: "REDIS_PASSWORD",
    unset: "the value in `url`, or none",
    description: "The password to log in with.",
  }),
  localTtl: settingWithDefault(duration, "30s", {
    variable: "CACHE_TTL",
    description:
      "Accepted for compatibility without effect: an edge always serves from memory, which the message bus keeps current, so nothing expires. Only here, a bare number is in milliseconds.",
    old: { variables: [sameAs("REDIS_TTL")], value: bareMilliseconds },
  }),
  caFile: refused(text, "it is not supported yet: name the file in NODE_EXTRA_CA_CERTS, and remove it here", {
    variable: "REDIS_CA_FILE",
  }),
  clientCertificateFile: refused(text, NO_CLIENT_CERTIFICATE, { variable: "REDIS_CLIENT_CERT_FILE" }),
  clientKeyFile: refused(text, NO_CLIENT_CERTIFICATE, { variable: "REDIS_CLIENT_KEY_FILE" }),
  atomicUpsert: ineffective(flag, "it has no effect: every write is one Lua script anyway", {
    variable: "REDIS_ATOMIC_UPSERT",
  }),
  connectTimeout: ineffective(duration, OWN_TIMEOUTS, { variable: "REDIS_CONNECT_TIMEOUT" }),
  readTimeout: ineffective(duration, OWN_TIMEOUTS, { variable: "REDIS_READ_TIMEOUT" }),
  awsAuth: refused(
    flag,
    "logins by AWS IAM are not supported: give a [Redis] username and [Redis] password",
    {
      off: false,
    },
  ),
  awsRegion: ineffective(text, NO_IAM, {}),
  awsServerless: ineffective(flag, NO_IAM, {}),
  awsCacheName: ineffective(text, NO_IAM, {}),
});
