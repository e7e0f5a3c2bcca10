import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { OutageTiming } from "../base/outage.ts";
import { type OutageEvents, outageLog } from "../base/outage-log.ts";
import { OutageReporter } from "../base/outage-reporter.ts";

const EVENTS: OutageEvents = {
  began: "launchdarkly.away",
  cause: "launchdarkly.cause",
  lasts: "launchdarkly.still_away",
  ended: "launchdarkly.back",
};

/** Streams say nothing while they wait for their next attempt, and are never given up. */
const TIMING: OutageTiming = {
  settleMs: 2000,
  calmMs: 5000,
  forgetMs: Number.POSITIVE_INFINITY,
  repeatMs: 120_000,
  remindMs: 600_000,
};

/** Makes one outage of what all environments' streams from LaunchDarkly suffer together, and logs it. */
export function upstreamOutages(streamUri: string, logger: Logger, clock: Clock): OutageReporter {
  const service = {
    name: "LaunchDarkly's stream",
    events: EVENTS,
    facts: { streamUri: withoutLogin(streamUri) },
    consequences: ["SDKs are served the last known flags"],
  };
  return new OutageReporter(outageLog(service, logger), TIMING, clock);
}

function withoutLogin(uri: string): string {
  const { protocol, host, pathname } = new URL(uri);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
