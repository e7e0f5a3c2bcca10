import { type BackoffPolicy, backoffMs } from "../../base/backoff.ts";
import type { Clock } from "../../base/clock.ts";
import { UserError } from "../../base/errors.ts";
import type { Logger } from "../../base/logger.ts";
import type { Random } from "../../base/random.ts";
import { ping } from "./ping.ts";
import { type RedisProcess, startRedisProcess } from "./redis-process.ts";

const restarts: BackoffPolicy = { firstMs: 200, maxMs: 30_000, jitter: 0.5 };
/** A Redis that ran this long was sound: the next failure begins a new series. */
const soundMs = 60_000;
const pollMs = 50;
const progressEveryMs = 5000;
/** The Redis of a predecessor that was killed saves and ends by itself within this time. */
const predecessorMs = 10_000;
/** Of the 10 s that stopping the whole process may take. */
const stopMs = 5000;

/** One Redis on one folder, started again whenever it ends by itself. */
export class SupervisedRedis {
  readonly #folder: string;
  readonly #socketPath: string;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #stopping = new AbortController();
  #redis: RedisProcess | undefined;
  #keeping: Promise<void> | undefined;

  constructor(folder: string, socketPath: string, logger: Logger, clock: Clock, random: Random) {
    this.#folder = folder;
    this.#socketPath = socketPath;
    this.#logger = logger;
    this.#clock = clock;
    this.#random = random;
  }

  /** Resolves when Redis answers, however long it reads its data; rejects with a {@link UserError} if it ends. */
  async start(): Promise<void> {
    this.#keeping = this.#keepRunning(await this.#launch());
  }

  /** Ends Redis for good, its data saved. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#redis?.end(stopMs);
    await this.#keeping;
  }

  async #keepRunning(launched: RedisProcess): Promise<void> {
    let redis: RedisProcess | undefined = launched;
    let failures = 0;
    while (redis !== undefined) {
      const since = this.#clock.monotonic();
      const reason = await redis.ended;
      if (this.#stopping.signal.aborted) return;
      failures = this.#clock.monotonic() - since > soundMs ? 1 : failures + 1;
      this.#logger.error("the private Redis exited, restarting it", { event: "private_redis.ended", reason });
      redis = await this.#relaunch(failures);
    }
  }

  /** Tries until Redis runs again; `undefined` if that is no longer wanted. */
  async #relaunch(failuresBefore: number): Promise<RedisProcess | undefined> {
    for (let failures = failuresBefore; ; failures += 1) {
      await this.#clock.sleep(backoffMs(restarts, failures, this.#random), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return undefined;
      try {
        const redis = await this.#launch();
        this.#logger.info("the private Redis is running again", { event: "private_redis.restarted" });
        return redis;
      } catch (error) {
        if (this.#stopping.signal.aborted) return undefined;
        this.#logger.error("cannot restart the private Redis, trying again", {
          event: "private_redis.start_failed",
          error,
        });
      }
    }
  }

  async #launch(): Promise<RedisProcess> {
    await this.#untilPredecessorIsGone();
    this.#stopping.signal.throwIfAborted();
    const redis = startRedisProcess(this.#folder, this.#socketPath, this.#logger);
    this.#redis = redis;
    await this.#untilItAnswers(redis);
    return redis;
  }

  /** Two servers on one folder would destroy its data. */
  async #untilPredecessorIsGone(): Promise<void> {
    const since = this.#clock.monotonic();
    while ((await ping(this.#socketPath)) !== "absent") {
      const waitedMs = this.#clock.monotonic() - since;
      if (waitedMs > predecessorMs)
        throw new UserError(
          `another redis-server answers at ${this.#socketPath}. Stop it, or set [Main] dataDir to another folder`,
        );
      await this.#clock.sleep(pollMs);
    }
  }

  async #untilItAnswers(redis: RedisProcess): Promise<void> {
    let end: string | undefined;
    void redis.ended.then((reason) => {
      end = reason;
    });
    let nextWord = this.#clock.monotonic() + progressEveryMs;
    while ((await ping(this.#socketPath)) !== "ready") {
      if (end !== undefined)
        throw new UserError(`the private Redis on ${this.#folder} ended before it answered: ${end}`);
      if (this.#clock.monotonic() >= nextWord) {
        this.#logger.info("waiting for the private Redis to load its data", {
          event: "private_redis.loading",
          folder: this.#folder,
        });
        nextWord += progressEveryMs;
      }
      await this.#clock.sleep(pollMs);
    }
  }
}
