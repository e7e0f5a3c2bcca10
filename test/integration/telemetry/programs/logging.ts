/** Logs in every way, then exits in the middle of its work. */
import { createLogger } from "../../../../shared/telemetry/logger.ts";
import { terminalLog } from "../../../../shared/telemetry/terminal-log.ts";

const stream = process.argv[2] === "pretty" && { stream: terminalLog() };
const logger = createLogger({ level: "info", role: "edge", ...stream });
logger.info("starting", { event: "relay.starting", sdkKey: "sdk-secret", port: 8030 });
logger.debug("too quiet");
const spree = logger.child({ environment: "Spree" }, "debug");
spree.debug("loud");
spree
  .child({ environment: "Shopnify" })
  .warn("renamed", { event: "config.warning", error: new Error("gone") });
logger.child({}, "none").error("silenced", { event: "request.failed" });
for (let n = 0; n < 2000; n += 1) logger.info("filling the pipe", { event: "process.output", n });
logger.error("last words", { event: "process.crashed" });
process.exit(3);
