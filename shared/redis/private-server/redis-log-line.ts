/** A line of Redis's own log, as we pass it on. */
export interface RedisLogLine {
  readonly level: "debug" | "warn";
  readonly message: string;
}

/** `pid:role date time mark message`; the mark `#` is Redis's level "warning". */
const logLine = /^\d+:\S+ \d+ \S+ \d+ \S+ ([.\-*#]) (.*)$/;

/**
 * What Redis says at its level "warning" although it is the ordinary course of things; memory overcommit is off on
 * most machines, and a private Redis of a few megabytes forks all the same.
 */
const ordinary =
  /^(oO0OoO0|Redis version=|Configuration loaded|Server initialized|User requested shutdown|Redis is now ready to exit|WARNING Memory overcommit)/;

/**
 * Reads a line that Redis wrote to its log; `undefined` for any other, such as those of a crash report, which quotes
 * commands and with them what must not be logged.
 */
export function parseRedisLogLine(line: string): RedisLogLine | undefined {
  const [, mark, message] = logLine.exec(line) ?? [];
  if (mark === undefined || message === undefined) return undefined;
  return { level: mark === "#" && !ordinary.test(message) ? "warn" : "debug", message };
}
