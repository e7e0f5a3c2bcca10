/** A process with a private Redis on the folder given, which it never stops by itself. Ignores Ctrl-C. */
import { systemClock } from "../../../../shared/base/clock.ts";
import { startPrivateRedis } from "../../../../shared/redis/private-server.ts";
import { createLogger } from "../../../../shared/telemetry/logger.ts";

process.on("SIGINT", () => console.log("interrupted"));
await startPrivateRedis({
  dataDir: process.argv[2] ?? "",
  logger: createLogger({ level: "debug", role: "test" }),
  clock: systemClock,
  random: Math.random,
});
console.log("started");
