/** Ours: the whole edge as it is started in production, with a Redis in which the change is written. */
import { startEdge } from "../../services/edge/main.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import { readConfiguration } from "../../shared/config/configuration.ts";
import { EnvironmentList } from "../../shared/environments/environment-source.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { type FlagData, NO_DATA, parseItem, withChanges } from "../../shared/model/item.ts";
import { connectRedis, FIRST_READY_MS, firstReady } from "../../shared/redis/connect.ts";
import { RedisState } from "../../shared/redis/redis-state.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";
import { createLogger } from "../../shared/telemetry/logger.ts";
import { createMetrics } from "../../shared/telemetry/metrics.ts";
import { freePort } from "../../simulator/free-port.ts";
import { eventually } from "../../test/support/eventually.ts";
import { startRedis } from "../../test/support/redis.ts";
import { StoreWriter } from "../../test/support/store-writer.ts";
import { SDK_KEY } from "./protocol.ts";
import { changedFlag, serveBench } from "./server.ts";

const redis = await startRedis();
const port = await freePort();
const result = readConfiguration({
  variables: {
    PORT: String(port),
    USE_REDIS: "1",
    REDIS_URL: redis.url,
    LD_ENV_bench: SDK_KEY,
    HEARTBEAT_INTERVAL: "10m",
  },
});
if (result.kind === "invalid" || result.configuration.redis === undefined)
  throw new Error("no configuration");
const { configuration } = result;
const logger = createLogger({ level: "none", role: "edge" });

const connection = connectRedis(
  result.configuration.redis,
  "command",
  new RedisState(result.configuration.redis, logger, systemClock),
);
await firstReady(connection, 10 * FIRST_READY_MS);
const [environment] = configuration.environments;
if (environment === undefined) throw new Error("no environment");
const writer = new StoreWriter(new RedisEnvironmentStore(connection, environment.prefix), environment);
let data: FlagData = NO_DATA;
async function write(next: FlagData): Promise<void> {
  data = next;
  await writer.write(next);
}
await write(NO_DATA);

const health = new Health();
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

let version = 1;
serveBench({
  port,
  change: () => {
    version += 1;
    void write(withChanges(data, [{ kind: "flags", key: "flag", item: parseItem(changedFlag(version)) }]));
  },
});
