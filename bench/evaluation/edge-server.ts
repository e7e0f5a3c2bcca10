/** Ours: the whole edge as it is started in production, with flags that it finds in its Redis. */
import { startEdge } from "../../services/edge/main.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { readConfiguration } from "../../shared/config/configuration.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { createLogger } from "../../shared/lifecycle/logger.ts";
import { createMetrics } from "../../shared/lifecycle/metrics.ts";
import { EnvironmentList } from "../../shared/model/environment-source.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";
import { eventually } from "../../test/support/eventually.ts";
import { freePort } from "../../test/support/free-port.ts";
import { startRedis } from "../../test/support/redis.ts";
import { benchDataOf } from "./flags.ts";
import { ENVIRONMENT_ID, SDK_KEY, serveBench } from "./protocol.ts";

const redis = await startRedis();
const port = await freePort();
const result = readConfiguration({
  variables: {
    PORT: String(port),
    USE_REDIS: "1",
    REDIS_URL: redis.url,
    LD_ENV_bench: SDK_KEY,
    LD_CLIENT_SIDE_ID_bench: ENVIRONMENT_ID,
  },
});
if (result.kind === "invalid" || result.configuration.redis === undefined)
  throw new Error("no configuration");
const { configuration } = result;
const prefix = configuration.environments[0]?.prefix ?? "";
const { flags, segments } = benchDataOf(process.argv);
await redis.client(async (client) => {
  await client.hset(`${prefix}:features`, texts(flags));
  await client.hset(`${prefix}:segments`, texts(segments));
  await client.set(`${prefix}:$inited`, "");
});

const health = new Health();
const logger = createLogger({ level: "none", role: "edge", pretty: false });
await startEdge({
  configuration,
  environments: new EnvironmentList(configuration.environments),
  redis: result.configuration.redis,
  version: "bench",
  redisStates: new RedisStates(logger, systemClock),
  logger,
  metrics: createMetrics("bench"),
  health,
});
await eventually("the edge is ready", () => health.readiness().ready);

serveBench(port);

function texts(items: Readonly<Record<string, object>>): Record<string, string> {
  return Object.fromEntries(Object.entries(items).map(([key, item]) => [key, JSON.stringify(item)]));
}
