import { describeError } from "../../../shared/base/errors.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import type { PlainLane } from "../front/front.ts";
import { FAILED, refuse } from "./client-refusal.ts";

/** One after the other, until one takes the request over. An error that nobody expected costs one answer. */
export function plainLanes(logger: Logger, ...all: readonly PlainLane[]): PlainLane {
  return (get, reply) => {
    try {
      return all.some((lane) => lane(get, reply));
    } catch (error) {
      logger.error("a request failed", { method: "GET", error: describeError(error) });
      if (!reply.over) refuse(reply, FAILED, {});
      return true;
    }
  };
}
