import { constants } from "node:os";
import { withDeadline } from "../base/deadline.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import type { Stop, StopScope } from "../base/stop-scope.ts";
import type { Health } from "./health.ts";

/** What ending the process involves. */
export interface ProcessParts {
  readonly logger: Logger;
  readonly health: Health;
  /** Everything the process has started. Parts may still be added while it runs. */
  readonly stop: StopScope;
  /** How long stopping may take before the process exits all the same. */
  readonly deadlineMs?: number;
}

/** A process that ends in order. */
export interface RunningProcess {
  /** From now on SIGTERM calls `drain`, and stops when that is done. */
  drainFirst(drain: Stop): void;
  /** Stops everything for a reason of the process's own, as a signal would, and exits with `exitCode`. */
  end(reason: string, exitCode: 0 | 1): void;
}

/** What a first SIGINT may be followed by without meaning it: npm passes on the one that a terminal sent to both. */
const echoMs = 100;

/**
 * Makes the process end in order from now on: call it before anything is started.
 *
 * - SIGTERM: not ready any more, drained (see {@link RunningProcess.drainFirst}), everything stopped, exit 0; exit 1 if
 *   a part failed to stop or the deadline passed.
 * - SIGINT, Ctrl-C: the same without draining, because somebody waits for it.
 * - A second signal: exit at once, with 128 + its number (130 or 143).
 * - An error that nobody caught: logged with its stack, exit 1 at once, because nothing is known to be sound.
 *
 * @param deadlineMs 10 s by default: less than the 30 s (Kubernetes) after which orchestrators kill.
 */
export function runUntilSignal({ logger, health, stop, deadlineMs = 10_000 }: ProcessParts): RunningProcess {
  let ending: { readonly since: number; readonly signal: NodeJS.Signals | undefined } | undefined;

  let drain: Stop | undefined;

  const stopAll = async (signal: NodeJS.Signals | undefined): Promise<void> => {
    if (signal === "SIGTERM") await drain?.();
    await stop.stop();
  };

  const end = async (reason: string, exitCode: number, signal?: NodeJS.Signals): Promise<void> => {
    if (ending !== undefined) return;
    ending = { since: performance.now(), signal };
    health.stopping();
    logger[exitCode === 0 ? "info" : "error"]("stopping", { event: "process.stopping", reason });
    try {
      await withDeadline(stopAll(signal), deadlineMs, "stopping");
      logger.info("stopped", { event: "process.stopped" });
      process.exit(exitCode);
    } catch (error) {
      logger.error("graceful shutdown failed, exiting", { event: "process.stop_failed", error });
      process.exit(1);
    }
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    if (ending === undefined) {
      void end(signal, 0, signal);
      return;
    }
    if (signal === ending.signal && performance.now() - ending.since < echoMs) return;
    logger.warn("exiting at once, without a graceful shutdown", {
      event: "process.aborted",
      reason: `a second signal, ${signal}`,
    });
    process.exit(128 + constants.signals[signal]);
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);

  process.on("uncaughtException", (error, origin) => {
    logger.error("exiting because of an uncaught error", {
      event: "process.crashed",
      origin,
      error: describeError(error),
      stack: error instanceof Error ? error.stack : undefined,
    });
    process.exit(1);
  });

  return {
    drainFirst: (first) => {
      drain = first;
    },
    end: (reason, exitCode) => void end(reason, exitCode),
  };
}
