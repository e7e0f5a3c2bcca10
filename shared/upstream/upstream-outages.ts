import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { OutageTiming } from "../base/outage.ts";
import { outageLog } from "../base/outage-log.ts";
import { OutageReporter } from "../base/outage-reporter.ts";

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
    event: "launchdarkly",
    facts: { streamUri: withoutLogin(streamUri) },
    consequences: ["flags stay as they are, and SDKs are served with them"],
  };
  return new OutageReporter(outageLog(service, logger), TIMING, clock);
}

function withoutLogin(uri: string): string {
  const { protocol, host, pathname } = new URL(uri);
  return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
}
