import type { Logger, LogLevel } from "../../shared/base/logger.ts";
import { createLogger } from "../../shared/telemetry/logger.ts";
import { captureStrayOutput } from "../../shared/telemetry/stray-output.ts";
import type { ProcessName } from "./process-name.ts";

/** The log of a process: text on a terminal, else JSON lines, to which libraries' own output belongs, too. */
export async function processLogger(role: ProcessName, level: LogLevel): Promise<Logger> {
  if (process.stdout.isTTY) {
    const { terminalLog } = await import("../../shared/telemetry/terminal-log.ts");
    return createLogger({ level, role, stream: terminalLog() });
  }
  const logger = createLogger({ level, role });
  captureStrayOutput(logger);
  return logger;
}
