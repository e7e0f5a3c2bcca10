/** Ours: the whole edge as it is started in production. */
import { startEdge } from "../../services/edge/main.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { readConfiguration } from "../../shared/config/configuration.ts";
import { EnvironmentList } from "../../shared/environments/environment-source.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";
import { createLogger } from "../../shared/telemetry/logger.ts";
import { createMetrics } from "../../shared/telemetry/metrics.ts";
import { freePort } from "../../simulator/free-port.ts";
import { SDK_KEY, serveBench } from "./protocol.ts";

const port = await freePort();
const result = readConfiguration({
  variables: {
    PORT: String(port),
    USE_REDIS: "1",
    REDIS_URL: process.argv[2] ?? "",
    USE_EVENTS: "1",
    LD_ENV_bench: SDK_KEY,
  },
});
if (result.kind === "invalid" || result.configuration.redis === undefined)
  throw new Error("no configuration");
const { configuration } = result;
const logger = createLogger({ level: "none", role: "edge" });
await startEdge({
  configuration,
  environments: new EnvironmentList(configuration.environments),
  redis: result.configuration.redis,
  version: "bench",
  redisStates: new RedisStates(logger, systemClock),
  logger,
  metrics: createMetrics("bench"),
  health: new Health(),
});

serveBench(port);
