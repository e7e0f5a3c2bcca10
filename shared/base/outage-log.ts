import { durationText } from "./duration-text.ts";
import type { LogFacts, Logger } from "./logger.ts";
import type { OutageNews } from "./outage.ts";
import { someNames } from "./some-names.ts";

/** The service whose outages are logged. */
export interface LoggedService {
  /** As lines call it: "Redis". */
  readonly name: string;
  /** Before the dot of its events: `redis` makes `redis.away`, `redis.cause`, `redis.still_away` and `redis.back`. */
  readonly event: string;
  /** Which one it is. */
  readonly facts: LogFacts;
  /** What its being away means, as clauses. */
  readonly consequences: Iterable<string>;
}

/** Logs what an outage reporter has to say of a service. */
export function outageLog(service: LoggedService, logger: Logger): (news: OutageNews) => void {
  return (news) => {
    const { cause, lastedMs } = news;
    const facts = { ...service.facts, ...factsOf(news) };
    const lasted = durationText(lastedMs);
    const why = [`${cause.text}.`, cause.advice].filter(Boolean).join(" ");
    const consequences = [...service.consequences].join("; ");
    const until = consequences === "" ? "" : ` Until then ${consequences}.`;
    const warn = (event: string, message: string): void =>
      logger.warn(`${service.name} is ${message}`, { event: `${service.event}.${event}`, ...facts });
    switch (news.kind) {
      case "began":
        return warn("away", `away: ${why}${until}`);
      case "cause":
        return warn("cause", `still away, now because: ${why}`);
      case "lasts":
        return warn("still_away", `still away, for ${lasted}: ${why}${until}`);
      case "ended":
        return logger.info(`${service.name} is back, after ${lasted}`, {
          event: `${service.event}.back`,
          ...facts,
        });
    }
  };
}

function factsOf({ kind, cause, lastedMs, environments }: OutageNews): LogFacts {
  return {
    ...(kind !== "ended" && { cause: cause.code }),
    ...(kind !== "began" && { lastedMs: Math.round(lastedMs) }),
    ...(environments.size > 0 && {
      environments: someNames(environments),
      environmentCount: environments.size,
    }),
  };
}
