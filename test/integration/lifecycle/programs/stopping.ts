/** Starts one part, which stops as the argument says, and runs until it is told to end. */
import { createServer } from "node:http";
import { StopScope } from "../../../../shared/base/stop-scope.ts";
import { Health } from "../../../../shared/lifecycle/health.ts";
import { runUntilSignal } from "../../../../shared/lifecycle/signals.ts";
import { createLogger } from "../../../../shared/telemetry/logger.ts";

const how = process.argv[2];
const logger = createLogger({ level: "debug", role: "test" });
const say = (message: string, facts = {}): void =>
  logger.info(message, { event: "process.output", ...facts });
const health = new Health();
const stop = new StopScope();
const running = runUntilSignal({ logger, health, stop, deadlineMs: how === "late" ? 200 : 10_000 });

const echo = Promise.withResolvers<void>();
createServer().listen(0, "127.0.0.1");
stop.add("the last to stop", () => say("all else is stopped"));
stop.add("the part", async () => {
  say("stopping the part", { ready: health.readiness().ready });
  if (how === "late" || how === "hanging") await new Promise(() => undefined);
  if (how === "echoed") await echo.promise;
  if (how === "failing") throw new Error("its connection is lost");
});
if (how === "echoed")
  process.once("SIGINT", () => {
    process.kill(process.pid, "SIGINT");
    process.once("SIGINT", () => {
      say("SIGINT again");
      echo.resolve();
    });
  });
if (how === "throwing") setTimeout(() => JSON.parse("{"), 1);
if (how === "rejecting") void Promise.reject(new Error("nobody looks"));
if (how === "done") running.end("nothing left to do", 0);
if (how === "broken") running.end("the key was refused", 1);
say("started");
