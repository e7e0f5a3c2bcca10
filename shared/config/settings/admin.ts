import * as z from "zod";
import { flag, port, portOrAny } from "../values/number.ts";
import { hostType, metricPrefix } from "../values/text.ts";
import { setting, settingWithDefault } from "./setting.ts";

/** `[Admin]`: where operators look: health, readiness, metrics. */
export const adminSettings = z.object({
  host: settingWithDefault(hostType("not a valid host name or address"), "127.0.0.1", {
    variable: "ADMIN_HOST",
    description: "The address to listen on; `0.0.0.0` is every one.",
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
    description: "What the names of all metrics begin with.",
  }),
});
