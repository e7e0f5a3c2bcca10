import { startEdge } from "../../../services/edge/main.ts";
import { readConfiguration } from "../../../shared/config/configuration.ts";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { Health } from "../../../shared/lifecycle/health.ts";
import type { RunningRole } from "../../../shared/lifecycle/role.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { claimedPlace } from "../../../shared/queue/claimed-place.ts";
import { decodeJob } from "../../../shared/queue/event-job.ts";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-payload.ts";
import { queueKey } from "../../../shared/queue/queue-place.ts";
import { freePort } from "../../../simulator/free-port.ts";
import { RecordedLog, RecordedMetrics } from "../../support/recorded.ts";
import type { TestRedis } from "../../support/redis.ts";
import { redisStates } from "../../support/redis-reports.ts";

/** The whole edge in this process, as it is started in production, with what tests look at. */
export class RunningEdge {
  readonly url: string;
  readonly log = new RecordedLog();
  readonly metrics = new RecordedMetrics();
  readonly #redis: TestRedis;
  readonly #environments: readonly Environment[];
  readonly #role: Promise<RunningRole>;

  private constructor(redis: TestRedis, port: number, text: string) {
    this.url = `http://127.0.0.1:${port}`;
    this.#redis = redis;
    const file = { name: "test.conf", text: `${text}\n[Main]\nport = ${port}\n` };
    const variables = { USE_REDIS: "1", REDIS_URL: `redis://127.0.0.1:${redis.port}` };
    const result = readConfiguration({ file, variables });
    if (result.kind === "invalid" || result.configuration.redis === undefined)
      throw new Error(`no configuration: ${JSON.stringify(result)}`);
    const { configuration } = result;
    this.#environments = configuration.environments;
    this.#role = startEdge({
      configuration,
      environments: new EnvironmentList(configuration.environments),
      redis: result.configuration.redis,
      redisStates: redisStates(this.log),
      version: "test",
      logger: this.log,
      metrics: this.metrics,
      health: new Health(),
    });
  }

  /** Starts it with this configuration file, on `redis` and a free port. */
  static async start(redis: TestRedis, text: string): Promise<RunningEdge> {
    const edge = new RunningEdge(redis, await freePort(), text);
    await edge.#role;
    return edge;
  }

  /** A request of any kind, as a browser or an SDK makes it. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, init);
  }

  /** All payloads in the queue of an environment, oldest first. */
  async queued(environmentName: string): Promise<EventPayload[]> {
    const environment = this.#environments.find(({ name }) => name === environmentName);
    if (environment === undefined) throw new Error(`there is no environment ${environmentName}`);
    return this.#redis.client(async (client) => {
      const { queue } = (await claimedPlace(client, environment)).place;
      const ids = (await client.lrange(queueKey(queue, "wait"), 0, -1)).reverse();
      const jobs = await Promise.all(ids.map((id) => client.hget(queueKey(queue, id), "data")));
      return jobs.flatMap((job) => decodeJob(JSON.parse(job ?? "null")));
    });
  }

  /** Makes it look as if so much were parked of a kind. */
  async parkedBytes(environmentName: string, kind: PayloadKind, bytes: number): Promise<void> {
    const environment = this.#environments.find(({ name }) => name === environmentName);
    if (environment === undefined) throw new Error(`there is no environment ${environmentName}`);
    await this.#redis.client(async (client) => {
      const { queue } = (await claimedPlace(client, environment)).place;
      await client.hset(queueKey(queue, "parked"), `${kind}:bytes`, bytes);
    });
  }

  async stop(): Promise<void> {
    await (await this.#role).stop();
  }
}
