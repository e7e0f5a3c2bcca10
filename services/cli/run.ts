import { UserError } from "../../shared/base/errors.ts";
import type { Logger } from "../../shared/base/logger.ts";
import { processLogger } from "../process/process-logger.ts";
import type { ProcessName } from "../process/process-name.ts";
import { runProcess } from "../process/run-process.ts";
import { startOf } from "../process/start-role.ts";
import type { ConfigurationPlace } from "./arguments.ts";
import { describePlace, InvalidConfiguration, validConfiguration } from "./load-configuration.ts";

/**
 * Starts the relay, or one role of it, and leaves it running until a signal ends the process. Rejects if it cannot start;
 * where a program reads the log, that is a line of it, too, because nothing else may ever be seen of such a process.
 */
export async function run(name: ProcessName, place: ConfigurationPlace, version: string): Promise<void> {
  let logger: Logger | undefined;
  try {
    const { configuration, warnings, notices } = validConfiguration(place);
    const start = startOf(name, configuration);
    logger = await processLogger(name, configuration.main.logLevel);
    logger.info(`Starting LaunchDarkly relay version ${version} with ${describePlace(place)}`, {
      event: "relay.starting",
    });
    for (const warning of warnings) logger.warn(warning, { event: "config.warning" });
    for (const notice of notices) logger.info(notice, { event: "config.notice" });
    await runProcess({ name, configuration, version, logger, start });
  } catch (error) {
    // A person at a terminal reads the message that the command ends with.
    if (!process.stdout.isTTY) logStartFailure(logger ?? (await processLogger(name, "error")), error);
    throw error;
  }
}

function logStartFailure(logger: Logger, error: unknown): void {
  if (error instanceof InvalidConfiguration) {
    const { problems, warnings } = error;
    logger.error(`the configuration cannot be used, the process exits: ${problems.join("; ")}`, {
      event: "config.invalid",
      problems,
      warnings,
    });
    return;
  }
  const why = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error && !(error instanceof UserError) ? error.stack : undefined;
  logger.error(`cannot start, the process exits: ${why}`, {
    event: "process.start_failed",
    ...(stack !== undefined && { stack }),
  });
}
