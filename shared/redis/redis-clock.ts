import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { betterEstimate, type ClockEstimate } from "./clock-estimate.ts";

/** How often Redis is asked for its time. Clocks of machines drift apart by some milliseconds a minute at most. */
const EVERY_MS = 5000;
const RETRY_MS = 200;

/**
 * The time of Redis, as well as this process can tell it from here: what two processes measure by it can be compared,
 * whatever the clocks of their hosts say.
 */
export class RedisClock {
  readonly #redis: Pick<Redis, "status" | "time">;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  #estimate: ClockEstimate | undefined;

  /** `redis` has the purpose `command` and stays the caller's. */
  constructor(redis: Pick<Redis, "status" | "time">, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
    void this.#run();
  }

  /** In milliseconds since the epoch; `undefined` until Redis has answered once. */
  now(): number | undefined {
    return this.#estimate && this.#clock.monotonic() + this.#estimate.aheadMs;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const asked = await this.#ask();
      await this.#clock.sleep(asked ? EVERY_MS : RETRY_MS, signal);
    }
  }

  /** Whether Redis has answered. That it is away is for others to say. */
  async #ask(): Promise<boolean> {
    if (this.#redis.status !== "ready") return false;
    const sentAt = this.#clock.monotonic();
    try {
      const [seconds, microseconds] = await this.#redis.time();
      const answeredAt = this.#clock.monotonic();
      const redisMs = Number(seconds) * 1000 + Number(microseconds) / 1000;
      this.#estimate = betterEstimate(this.#estimate, {
        aheadMs: redisMs - (sentAt + answeredAt) / 2,
        uncertainMs: (answeredAt - sentAt) / 2,
        atMs: answeredAt,
      });
      return true;
    } catch {
      return false;
    }
  }
}
