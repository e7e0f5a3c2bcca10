import type { Logger } from "../../shared/base/logger.ts";

/** For parts whose log is not what a test is about. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
