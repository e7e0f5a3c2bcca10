import * as z from "zod";
import { currentMetricPrefix } from "../old-spellings.ts";
import { flag, port, portOrAny } from "../values/number.ts";
import { hostType, metricPrefix } from "../values/text.ts";
import { setting, settingWithDefault } from "./setting.ts";

/** `[Admin]`: where operators look: health, readiness, metrics. */
export const adminSettings = z.object({
  host: settingWithDefault(hostType("not a valid host name or address"), "localhost", {
    variable: "ADMIN_HOST",
    description:
      "The address to listen on. `0.0.0.0` or `::` is every one, `localhost` this machine only; each means IPv4 and IPv6.",
  }),
  port: setting(portOrAny, {
    variable: "ADMIN_PORT",
    unset: "`8031` for edge and all-in-one, `8032` for the ingestor, `8033` for the forwarder",
    description: "The port to listen on; `0` is any free one.",
  }),
});

/** `[Prometheus]`: the original's words for our metrics, which are always there. */
export const prometheusSettings = z.object({
  enabled: settingWithDefault(flag, "false", {
    variable: "USE_PROMETHEUS",
    description: "Accepted for compatibility: the admin listener always serves `/metrics`.",
  }),
  port: setting(port, {
    variable: "PROMETHEUS_PORT",
    unset: "`[Admin] port`",
    description: "The same as `[Admin] port`.",
  }),
  prefix: settingWithDefault(metricPrefix, "launchdarkly_relay", {
    variable: "PROMETHEUS_PREFIX",
    description:
      "The prefix of all metric names. Characters other than letters and digits become `_`, as in the original.",
    old: { value: currentMetricPrefix },
  }),
});
