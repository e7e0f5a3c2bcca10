import type { Cause, Trouble } from "../base/cause.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { OutageTiming } from "../base/outage.ts";
import { type OutageEvents, outageLog } from "../base/outage-log.ts";
import { OutageReporter } from "../base/outage-reporter.ts";
import type { RedisSettings } from "../config/redis-settings.ts";
import { beforeFirstContact } from "./first-contact.ts";
import { redisAddress } from "./redis-address.ts";
import { redisCause } from "./redis-cause.ts";

/** Somebody who asks Redis, and says after each question whether it was answered. */
export interface RedisReports {
  failed(error: unknown): void;
  answered(): void;
  /** Asks no more. */
  leave(): void;
}

const EVENTS: OutageEvents = {
  began: "redis.away",
  cause: "redis.cause",
  lasts: "redis.still_away",
  ended: "redis.back",
};
/** Longer than a connection waits between two attempts, or an attempt may take. */
const FORGET_MS = 10_000;
const TIMING: OutageTiming = {
  settleMs: 1000,
  calmMs: 5000,
  forgetMs: FORGET_MS,
  repeatMs: 60_000,
  remindMs: 600_000,
};

/**
 * How one Redis does, as this whole process sees it: every connection to it and everybody who asks it report here,
 * and what befalls them together is logged once.
 */
export class RedisState {
  /** As `[Redis] url` would say it, without credentials. */
  readonly address: string;
  readonly #outages: OutageReporter;
  readonly #settings: RedisSettings;
  readonly #consequences = new Set<string>();
  #hasAnswered = false;

  /** What connections to this Redis are named after. */
  readonly processName: string;

  constructor(settings: RedisSettings, logger: Logger, clock: Clock, processName = "ld-relay") {
    this.processName = processName;
    this.address = redisAddress(settings);
    this.#settings = settings;
    const service = {
      name: "Redis",
      events: EVENTS,
      facts: { redis: this.address },
      consequences: this.#consequences,
    };
    this.#outages = new OutageReporter(outageLog(service, logger), TIMING, clock);
  }

  /** What does not work right now, since when and why; `undefined` while everybody is answered. */
  get trouble(): Trouble | undefined {
    return this.#outages.trouble;
  }

  /** Ends watching for good, so that a process that gives this Redis up can end. */
  stop(): void {
    this.#outages.stop();
  }

  /** What an outage means, as a clause that ends its log line: "events are refused with 503". */
  whileAway(consequence: string): void {
    this.#consequences.add(consequence);
  }

  /**
   * Where a part of the process reports. Who asks for one environment names it, so that the log can say whom an
   * outage hits. Reading and writing are two parts: one may be refused while the other works.
   */
  reports(environment?: string): RedisReports {
    const part = this.#outages.part(environment);
    return {
      failed: (error) => part.failed(this.#causeOf(error)),
      answered: () => {
        this.#hasAnswered = true;
        part.worked();
      },
      leave: () => part.leave(),
    };
  }

  #causeOf(error: unknown): Cause {
    const cause = redisCause(error);
    return this.#hasAnswered ? cause : beforeFirstContact(cause, this.#settings);
  }
}
