import { format } from "node:util";
import type { Logger } from "../base/logger.ts";

/**
 * Takes what libraries write to the console into the log, each text once: they write text where every line is JSON,
 * and ioredis repeats itself at every attempt to connect.
 */
export function logLibraryMessages(logger: Logger): void {
  const known = new Set<string>();
  const take = (...parts: unknown[]): void => {
    const text = format(...parts);
    if (known.has(text)) return;
    known.add(text);
    logger.info(`a library says: ${text}`, { event: "library.message" });
  };
  console.warn = take;
  console.error = take;
}
