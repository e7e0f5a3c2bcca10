import * as z from "zod";
import { minutesAs, sameAs } from "../old-spellings.ts";
import { waitingTime } from "../values/duration.ts";
import { flag } from "../values/number.ts";
import { environmentId, headerNames, logLevel, mobileKey, origins, sdkKey, text } from "../values/text.ts";
import { ineffective, refused, setting, settingWithDefault } from "./setting.ts";

/** `[Environment "NAME"]`: one environment of LaunchDarkly. */
export const environmentSettings = z.object({
  sdkKey: setting(sdkKey, {
    variable: "LD_ENV_",
    unset: "an error: every environment needs one",
    description: "The SDK key, for server-side SDKs and for the relay at LaunchDarkly.",
    old: { keys: [sameAs("apiKey")] },
  }),
  mobileKey: setting(mobileKey, {
    variable: "LD_MOBILE_KEY_",
    unset: "no mobile SDKs",
    description: "The mobile key.",
  }),
  envId: setting(environmentId, {
    variable: "LD_CLIENT_SIDE_ID_",
    unset: "no browser SDKs",
    description: "The client-side ID, for SDKs in browsers.",
  }),
  prefix: setting(text, {
    variable: "LD_PREFIX_",
    unset:
      "`launchdarkly` if this is the only environment without one, else `launchdarkly-` and its name in simple letters",
    description: "The prefix of its keys in Redis. SDKs in daemon mode need the same.",
  }),
  allowedOrigin: setting(origins, {
    variable: "LD_ALLOWED_ORIGIN_",
    unset: "every origin",
    description: "The origins of web pages that may connect.",
  }),
  allowedHeader: setting(headerNames, {
    variable: "LD_ALLOWED_HEADER_",
    unset: "none",
    description: "Headers that web pages may send besides the SDK's own.",
  }),
  logLevel: setting(logLevel, {
    variable: "LD_LOG_LEVEL_",
    unset: "`[Main] logLevel`",
    description: "The level of log lines about this environment.",
  }),
  ttl: settingWithDefault(waitingTime, "0", {
    variable: "LD_TTL_",
    description: "How long PHP SDKs may cache polled flags. `0`: up to them.",
    old: { keys: [minutesAs("ttlMinutes")], variables: [minutesAs("LD_TTL_MINUTES_")] },
  }),
  secureMode: settingWithDefault(flag, "false", {
    variable: "LD_SECURE_MODE_",
    description:
      "Whether browser SDKs must send a hash of their context, computed with the SDK key, so that nobody can request the flags of others.",
  }),
  tableName: ineffective(text, "it has no effect: it belongs to DynamoDB, and flags are kept in Redis", {
    variable: "LD_TABLE_NAME_",
  }),
  projKey: ineffective(text, "it has no effect without [Filters]", { variable: "LD_PROJ_KEY_" }),
  insecureSkipVerify: ineffective(
    flag,
    "it has no effect: LaunchDarkly's certificate is always checked; [Proxy] caCertFiles names a private authority",
    {},
  ),
  filterKey: refused(text, "payload filters are not supported yet; remove this setting", {}),
  offline: refused(flag, "a single environment cannot be offline: see [OfflineMode]; remove this setting", {
    off: false,
  }),
});
