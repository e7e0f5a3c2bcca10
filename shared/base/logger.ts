/** The levels of `[Main] logLevel`. */
export type LogLevel = "debug" | "info" | "warn" | "error" | "none";

/** Facts that belong to a log line. Never a credential in full, never a context. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Where parts of the relay say what an operator should know. Implemented in `shared/lifecycle`. */
export interface Logger {
  debug(message: string, facts?: LogFacts): void;
  info(message: string, facts?: LogFacts): void;
  warn(message: string, facts?: LogFacts): void;
  error(message: string, facts?: LogFacts): void;
  /** A logger that adds `facts` to every line, at its own level if one is given. */
  child(facts: LogFacts, level?: LogLevel): Logger;
}
