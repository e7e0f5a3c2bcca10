import type { EventLevel, LogEvent } from "./log-events.ts";

/** The levels of `[Main] logLevel`. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "none";

/** Facts that belong to a log line. Never a credential in full, never a context. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Facts of a line that operators see; alerts depend on its `event`. */
export type EventFacts<Level extends EventLevel = EventLevel> = LogFacts & {
  readonly event: LogEvent<Level>;
};

/** Writes the log of a process. Implemented in `shared/telemetry`. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts: EventFacts<"info">): void;
  warn(message: string, facts: EventFacts<"warn">): void;
  error(message: string, facts: EventFacts<"error">): void;
  /** A logger that adds `facts` to every line, at its own level if one is given. */
  child(facts: LogFacts, level?: LogLevel): Logger;
}
