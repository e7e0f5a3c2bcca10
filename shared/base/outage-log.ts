import { durationText } from "./duration-text.ts";
import type { LogEvent } from "./log-events.ts";
import type { LogFacts, Logger } from "./logger.ts";
import type { OutageNews } from "./outage.ts";
import { someNames } from "./some-names.ts";

/** The events of an outage's lines. */
export interface OutageEvents {
  readonly began: LogEvent<"warn">;
  readonly cause: LogEvent<"warn">;
  readonly lasts: LogEvent<"warn">;
  readonly ended: LogEvent<"info">;
}

/** The service whose outages are logged. */
export interface LoggedService {
  /** As lines call it: "Redis". */
  readonly name: string;
  /** The events of its lines. */
  readonly events: OutageEvents;
  /** Which one it is. */
  readonly facts: LogFacts;
  /** What an outage means for the relay, as clauses. */
  readonly consequences: Iterable<string>;
}

/** Logs the beginning, the causes and the end of a service's outages. */
export function outageLog(service: LoggedService, logger: Logger): (news: OutageNews) => void {
  return (news) => {
    const { cause, lastedMs } = news;
    const facts = { ...service.facts, ...factsOf(news) };
    const lasted = durationText(lastedMs);
    const why = [`${cause.text}.`, cause.advice].filter(Boolean).join(" ");
    const consequences = [...service.consequences].join("; ");
    const until = consequences === "" ? "" : ` Until then ${consequences}.`;
    const warn = (event: LogEvent<"warn">, message: string): void =>
      logger.warn(`${service.name} is ${message}`, { event, ...facts });
    switch (news.kind) {
      case "began":
        return warn(service.events.began, `away: ${why}${until}`);
      case "cause":
        return warn(service.events.cause, `still away, now for another reason: ${why}`);
      case "lasts":
        return warn(service.events.lasts, `still away after ${lasted}: ${why}${until}`);
      case "ended":
        return logger.info(`${service.name} is back after ${lasted}`, {
          event: service.events.ended,
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
