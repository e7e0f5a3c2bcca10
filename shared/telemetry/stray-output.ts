import { format } from "node:util";
import type { Logger } from "../base/logger.ts";

/** What was said once need not be said again; beyond so many texts nobody remembers. */
const MAX_REMEMBERED = 200;

const LEVELS = {
  debug: "debug",
  trace: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "warn",
} as const;

/**
 * Makes lines of the log of what libraries print by themselves and of Node's warnings, each text once, because where
 * a program reads the output each line must be JSON. The log knows what is wrong from those who report to it, so that
 * nothing here is more than a warning.
 */
export function captureStrayOutput(logger: Logger): void {
  const said = new Set<string>();
  const isNew = (text: string): boolean => {
    if (said.has(text)) return false;
    if (said.size >= MAX_REMEMBERED) said.clear();
    said.add(text);
    return true;
  };
  for (const [method, level] of Object.entries(LEVELS) as [keyof typeof LEVELS, "debug" | "info" | "warn"][])
    console[method] = (...args: unknown[]) => {
      const text = format(...args);
      if (isNew(text)) logger[level](text, { event: "process.output" });
    };
  process.removeAllListeners("warning");
  process.on("warning", ({ name, message, stack }) => {
    if (isNew(`${name} ${message}`)) logger.warn(`${name}: ${message}`, { event: "process.warning", stack });
  });
}
