import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { PlainLane } from "../http/fast-path/fast-path.ts";
import { FAILED, respondError } from "../requests/client-errors.ts";

/** One after the other, until one takes the request over. An error that nobody expected costs one answer. */
export function plainLanes(logger: Logger, ...all: readonly PlainLane[]): PlainLane {
  return (get, response) => {
    try {
      return all.some((lane) => lane(get, response));
    } catch (error) {
      logger.error("a request failed, answering 500", {
        event: "request.failed",
        method: "GET",
        error: describeError(error),
      });
      if (!response.over) respondError(response, FAILED, {});
      return true;
    }
  };
}
