import { hostname } from "node:os";
import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { describeError } from "../base/errors.ts";
import type { Logger } from "../base/logger.ts";
import { randomToken } from "../base/random.ts";
import type { Stop } from "../base/stop-scope.ts";
import type { EnvironmentSource } from "../environments/environment-source.ts";
import type { Environment } from "../model/environment.ts";
import { environmentKeys } from "../redis/keys.ts";
import type { RoleIdentity, RoleReport } from "./announcement.ts";
import { ANNOUNCE } from "./presence-script.ts";

/** How often a role announces itself, and how long that counts, in milliseconds. */
export interface PresenceTiming {
  readonly everyMs: number;
  /** A role that died is seen for so long; longer than two announcements are apart. */
  readonly ttlMs: number;
}

export const PRESENCE_TIMING: PresenceTiming = { everyMs: 10_000, ttlMs: 35_000 };

/** Environments that are announced at a time: in between, others' commands have their turn. */
const CHUNK = 100;

/** Whose announcements these are, drawn anew for each start. */
export function roleIdentity(version: string, clock: Clock): RoleIdentity {
  return { id: randomToken(), version, host: hostname(), pid: process.pid, startedAt: clock.now() };
}

/**
 * Announces a role in Redis, under the prefix of each of its environments, so that `ld-relay status` finds it. Redis
 * forgets who does not announce itself any more, whether it stopped or was killed. That Redis is away is for others to
 * say; that it refuses announcements is said once.
 */
export class Presence {
  readonly #redis: Redis;
  readonly #identity: RoleIdentity;
  readonly #report: (environment: Environment) => RoleReport;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #timing: PresenceTiming;
  readonly #environments = new Map<string, Environment>();
  readonly #stopping = new AbortController();
  readonly #unfollow: Stop;
  readonly #running: Promise<void>;
  #pause = new AbortController();
  #isRefused = false;

  /** `redis` has the purpose `command` and stays the caller's. */
  constructor(
    redis: Redis,
    identity: RoleIdentity,
    environments: EnvironmentSource,
    report: (environment: Environment) => RoleReport,
    clock: Clock,
    logger: Logger,
    timing: PresenceTiming = PRESENCE_TIMING,
  ) {
    this.#redis = redis;
    this.#identity = identity;
    this.#report = report;
    this.#clock = clock;
    this.#logger = logger;
    this.#timing = timing;
    this.#unfollow = environments.follow({
      added: (environment) => {
        this.#environments.set(environment.id, environment);
        this.#announceNow();
      },
      changed: (environment) => void this.#environments.set(environment.id, environment),
      removed: (environment) => {
        this.#environments.delete(environment.id);
        void this.#withdraw([environment]);
      },
    });
    redis.on("ready", this.#announceNow);
    this.#running = this.#run();
  }

  /** Withdraws what was announced, as far as Redis can be reached. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#redis.off("ready", this.#announceNow);
    this.#announceNow();
    await this.#unfollow();
    await this.#running;
    await this.#withdraw([...this.#environments.values()]);
  }

  readonly #announceNow = (): void => this.#pause.abort();

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#pause = new AbortController();
      await this.#announce([...this.#environments.values()]);
      if (this.#stopping.signal.aborted) return;
      await this.#clock.sleep(this.#timing.everyMs, this.#pause.signal);
    }
  }

  async #announce(environments: readonly Environment[]): Promise<void> {
    for (let at = 0; at < environments.length && !this.#stopping.signal.aborted; at += CHUNK) {
      const pipeline = this.#redis.pipeline();
      for (const environment of environments.slice(at, at + CHUNK)) {
        const text = JSON.stringify({ ...this.#identity, ...this.#report(environment) });
        const { roles } = environmentKeys(environment.prefix);
        pipeline.eval(ANNOUNCE, 1, roles, this.#identity.id, text, this.#timing.ttlMs);
      }
      await this.#execute(pipeline);
    }
  }

  async #withdraw(environments: readonly Environment[]): Promise<void> {
    const pipeline = this.#redis.pipeline();
    for (const { prefix } of environments) pipeline.hdel(environmentKeys(prefix).roles, this.#identity.id);
    await this.#execute(pipeline);
  }

  /** Never rejects: what is not announced now is announced next time, or forgotten. */
  async #execute(pipeline: ReturnType<Redis["pipeline"]>): Promise<void> {
    if (this.#redis.status !== "ready") return;
    try {
      const replies = (await pipeline.exec()) ?? [];
      const refusal = replies.find(([error]) => error?.name === "ReplyError")?.[0];
      if (refusal) this.#refused(refusal);
      else this.#isRefused = false;
    } catch (error) {
      this.#logger.debug("this role was not announced", { error: describeError(error) });
    }
  }

  #refused(error: Error): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#logger.warn("Redis rejects the announcement of this role, ld-relay status will not show it", {
      event: "presence.refused",
      error: describeError(error),
    });
  }
}
