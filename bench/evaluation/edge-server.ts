/** Ours: the whole edge as it is started in production, with flags that it finds in its Redis. */
import { startEdge } from "../../services/edge/main.ts";
import { systemClock } from "../../shared/base/clock.ts";
import { RedisEnvironmentStore } from "../../shared/bus/redis-environment-store.ts";
import { readConfiguration } from "../../shared/config/configuration.ts";
import { EnvironmentList } from "../../shared/environments/environment-source.ts";
import { Health } from "../../shared/lifecycle/health.ts";
import { type Item, parseItem } from "../../shared/model/item.ts";
import { connectRedis, FIRST_READY_MS, firstReady } from "../../shared/redis/connect.ts";
import { RedisStates } from "../../shared/redis/redis-states.ts";
import { createLogger } from "../../shared/telemetry/logger.ts";
import { createMetrics } from "../../shared/telemetry/metrics.ts";
import { freePort } from "../../simulator/free-port.ts";
import { eventually } from "../../test/support/eventually.ts";
import { startRedis } from "../../test/support/redis.ts";
import { StoreWriter } from "../../test/support/store-writer.ts";
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
const logger = createLogger({ level: "none", role: "edge" });
const states = new RedisStates(logger, systemClock);
const [environment] = configuration.environments;
if (environment === undefined) throw new Error("no environment");
const { flags, segments } = benchDataOf(process.argv);
const connection = connectRedis(result.configuration.redis, "command", states.of(result.configuration.redis));
await firstReady(connection, 10 * FIRST_READY_MS);
const store = new RedisEnvironmentStore(connection, environment.prefix);
await new StoreWriter(store, environment).write({ flags: items(flags), segments: items(segments) });
connection.disconnect();

const health = new Health();
await startEdge({
  configuration,
  environments: new EnvironmentList(configuration.environments),
  redis: result.configuration.redis,
  version: "bench",
  redisStates: states,
  logger,
  metrics: createMetrics("bench"),
  health,
});
await eventually("the edge is ready", () => health.readiness().ready);

serveBench(port);

function items(objects: Readonly<Record<string, object>>): Map<string, Item> {
  return new Map(Object.entries(objects).map(([key, object]) => [key, parseItem(JSON.stringify(object))]));
}
