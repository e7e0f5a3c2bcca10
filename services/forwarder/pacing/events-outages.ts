import type { Cause } from "../../../shared/base/cause.ts";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { OutageTiming } from "../../../shared/base/outage.ts";
import { type OutageEvents, outageLog } from "../../../shared/base/outage-log.ts";
import { type OutagePart, OutageReporter } from "../../../shared/base/outage-reporter.ts";
import { someNames } from "../../../shared/base/some-names.ts";

const EVENTS: OutageEvents = {
  began: "events.away",
  cause: "events.cause",
  lasts: "events.still_away",
  ended: "events.back",
};

/** A destination that takes nothing is tried again only when something waits for it: it is never given up. */
const TIMING: OutageTiming = {
  settleMs: 2000,
  calmMs: 5000,
  forgetMs: Number.POSITIVE_INFINITY,
  repeatMs: 120_000,
  remindMs: 600_000,
};

/** Makes one outage of what all environments' deliveries suffer together from LaunchDarkly's events service, and logs it. */
export class EventsOutages {
  readonly #reporter: OutageReporter;
  /** Where nothing is accepted at the moment. */
  readonly #failing = new Map<OutagePart, string>();

  constructor(eventsUri: string, logger: Logger, clock: Clock) {
    const { protocol, host, pathname } = new URL(eventsUri);
    const service = {
      name: "LaunchDarkly's events service",
      events: EVENTS,
      consequences: ["events wait in Redis, and some are tried now and then"],
    };
    this.#reporter = new OutageReporter(
      (news) => {
        const destinations = someNames(new Set(this.#failing.values()));
        const facts = {
          eventsUri: `${protocol}//${host}${pathname === "/" ? "" : pathname}`,
          ...(destinations.length > 0 && { destinations }),
        };
        outageLog({ ...service, facts }, logger)(news);
      },
      TIMING,
      clock,
    );
  }

  /** Where deliveries of one environment to one destination report; `destination` as logs name it. */
  part(environment: string, destination: string): OutagePart {
    const reported = this.#reporter.part(environment);
    const part: OutagePart = {
      failed: (cause: Cause) => {
        this.#failing.set(part, destination);
        reported.failed(cause);
      },
      worked: () => {
        this.#failing.delete(part);
        reported.worked();
      },
      leave: () => {
        this.#failing.delete(part);
        reported.leave();
      },
    };
    return part;
  }
}
