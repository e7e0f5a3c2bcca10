import type { Redis } from "ioredis";
import type { SdkKey } from "../../shared/model/credentials.ts";
import { claimedPlace } from "../../shared/queue/claimed-place.ts";
import { DeadLetters } from "../../shared/queue/dead-letters.ts";
import { decodeJob, jobContent } from "../../shared/queue/event-job.ts";
import { type EventPayload, PAYLOAD_KINDS } from "../../shared/queue/event-payload.ts";
import { EventQueue } from "../../shared/queue/event-queue.ts";
import { type QueueLoad, queueLoad } from "../../shared/queue/queue-load.ts";
import { type EventsPlace, queueKey } from "../../shared/queue/queue-place.ts";
import { connectRedis } from "../../shared/redis/connect.ts";
import { environment } from "./environment.ts";
import { eventually } from "./eventually.ts";
import { RecordedLog } from "./recorded.ts";
import { redisState } from "./redis-reports.ts";

/** A test's own hand in the queue of an environment. */
export class QueueClient implements AsyncDisposable {
  readonly redis: Redis;
  readonly queue: EventQueue;
  readonly deadLetters: DeadLetters;
  readonly #place: EventsPlace;

  private constructor(redis: Redis, place: EventsPlace) {
    const log = new RecordedLog();
    this.redis = redis;
    this.queue = new EventQueue(redis, place.queue, log);
    this.deadLetters = new DeadLetters(redis, place.deadLetters, log);
    this.#place = place;
  }

  /** `sdkKey`: of the environment with this prefix, whose queue it is unless another has claimed it. */
  static async connect(port: number, prefix: string, sdkKey: string): Promise<QueueClient> {
    const settings = { kind: "tcp", host: "127.0.0.1", port, tls: false, db: 0 } as const;
    const redis = connectRedis(settings, "command", redisState(settings, new RecordedLog()));
    await eventually("Redis to be connected", () => redis.status === "ready");
    const { place } = await claimedPlace(
      redis,
      environment("test", { prefix, credentials: { sdkKey: sdkKey as SdkKey } }),
    );
    return new QueueClient(redis, place);
  }

  /** The payloads in the queue, in whatever state their jobs are. */
  async payloads(): Promise<EventPayload[]> {
    const key = (part: string) => queueKey(this.#place.queue, part);
    const ids = [
      ...(await this.redis.lrange(key("wait"), 0, -1)),
      ...(await this.redis.lrange(key("active"), 0, -1)),
      ...(await this.redis.zrange(key("delayed"), "0", "-1")),
    ];
    const jobs = await Promise.all(ids.map((id) => this.redis.hget(key(String(id)), "data")));
    const inJobs = jobs.flatMap((data) => {
      const content = jobContent(JSON.parse(data ?? "null"));
      return content.kind === "payloads" ? content.payloads : [];
    });
    return [...inJobs, ...(await this.parked())];
  }

  /** The payloads that are parked, kind by kind. */
  async parked(): Promise<EventPayload[]> {
    const lists = PAYLOAD_KINDS.map((kind) =>
      this.redis.lrange(queueKey(this.#place.queue, `parked:${kind}`), 0, -1),
    );
    const entries = (await Promise.all(lists)).flat();
    return entries.flatMap((entry) => decodeJob(JSON.parse(entry.slice(entry.indexOf("{")))));
  }

  load(): Promise<QueueLoad> {
    return queueLoad(this.redis, this.#place.queue);
  }

  async isEmpty(): Promise<boolean> {
    const { waiting, delayed, active } = await this.load();
    const parked = await this.parked();
    return waiting.jobs + delayed.jobs + active.jobs + parked.length === 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.queue.close();
    await this.deadLetters.close();
    this.redis.disconnect();
  }
}

/** A payload of analytics whose events are `{"kind":"custom","key":marker}`. */
export function analytics(id: string, markers: readonly string[]): EventPayload {
  return {
    id,
    kind: "server-analytics",
    headers: {
      "x-launchdarkly-payload-id": id,
      "x-launchdarkly-event-schema": "4",
      "content-type": "application/json",
    },
    acceptedAt: Date.now(),
    attempts: 0,
    body: Buffer.from(JSON.stringify(markers.map((key) => ({ kind: "custom", key })))),
  };
}
