import { type DestinationStream, type Logger as PinoLogger, pino } from "pino";
import type { EventFacts, LogFacts, Logger, LogLevel } from "../base/logger.ts";
import { lineFacts } from "./line-facts.ts";

/** How a process logs: from which level on, and under which role. */
export interface LoggerSettings {
  readonly level: LogLevel;
  readonly role: string;
  /** Where lines go, if not to stdout as they are. */
  readonly stream?: DestinationStream;
}

/**
 * The process's logger: one JSON object a line. Every line has `level`
 * (its name), `time` (ISO 8601), `process` (the pid), `role` and `message`; `environment` comes with the child of
 * an environment.
 *
 * Lines are written synchronously, so whatever was logged is out when the process exits, however it does. A reader
 * of stdout that went away is no error: the relay works on in silence.
 */
export function createLogger(settings: LoggerSettings): Logger {
  const options = {
    base: { process: process.pid, role: settings.role },
    level: pinoLevel(settings.level),
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return new StructuredLogger(pino(options, settings.stream ?? jsonLines()), {});
}

function jsonLines(): DestinationStream {
  return pino.destination({ fd: process.stdout.fd, sync: true });
}

function pinoLevel(level: LogLevel): string {
  return level === "none" ? "silent" : level;
}

/** Merges facts itself: pino's own children would repeat a name that both parent and child give. */
class StructuredLogger implements Logger {
  readonly #pino: PinoLogger;
  readonly #facts: LogFacts;

  constructor(target: PinoLogger, facts: LogFacts) {
    this.#pino = target;
    this.#facts = facts;
  }

  debug(message: string, facts?: LogFacts): void {
    this.#write("debug", message, facts);
  }

  info(message: string, facts: EventFacts<"info">): void {
    this.#write("info", message, facts);
  }

  warn(message: string, facts: EventFacts<"warn">): void {
    this.#write("warn", message, facts);
  }

  error(message: string, facts: EventFacts<"error">): void {
    this.#write("error", message, facts);
  }

  child(facts: LogFacts, level?: LogLevel): Logger {
    const target = level === undefined ? this.#pino : this.#pino.child({}, { level: pinoLevel(level) });
    return new StructuredLogger(target, { ...this.#facts, ...lineFacts(facts) });
  }

  #write(level: Exclude<LogLevel, "none">, message: string, facts: LogFacts | undefined): void {
    if (!this.#pino.isLevelEnabled(level)) return;
    this.#pino[level](facts === undefined ? this.#facts : { ...this.#facts, ...lineFacts(facts) }, message);
  }
}
