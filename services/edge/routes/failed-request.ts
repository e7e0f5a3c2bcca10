import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";

/** Logs an error of a handler that nobody expected. It costs one answer, 500, and not the process. */
export function logFailedRequest(logger: Logger, method: string, error: unknown): void {
  logger.error("a request failed, answering 500", {
    event: "request.failed",
    method,
    error: describeError(error),
  });
}
