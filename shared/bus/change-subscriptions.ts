import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import { connected } from "../redis/connect.ts";
import type { ChangeListener } from "./environment-store.ts";

/** How often a quiet subscription is asked whether it still lives, in milliseconds. */
const PING_MS = 10_000;

/**
 * All of a process's subscriptions over one connection. A connection that breaks loses all of them, and says so:
 * ioredis would resubscribe silently and nobody would know what was missed. So the connection must be made with
 * `autoResubscribe: false`.
 */
export class ChangeSubscriptions {
  readonly #redis: Redis;
  readonly #listeners = new Map<string, ChangeListener>();
  readonly #stopping = new AbortController();

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    redis.on("message", (channel: string, text: string) => this.#listeners.get(channel)?.message(text));
    redis.on("close", () => this.#loseAll());
    void this.#watch(clock);
  }

  /** One listener a channel. Rejects while the connection is down. */
  async subscribe(channel: string, listener: ChangeListener): Promise<() => void> {
    this.#listeners.set(channel, listener);
    try {
      await connected(this.#redis).subscribe(channel);
    } catch (error) {
      this.#forget(channel, listener);
      throw error;
    }
    return () => {
      if (!this.#forget(channel, listener)) return;
      // Down, there is nothing to unsubscribe from: the next connection begins without subscriptions.
      if (this.#redis.status === "ready") this.#redis.unsubscribe(channel).catch(() => this.#reconnect());
    };
  }

  stop(): void {
    this.#stopping.abort();
  }

  #forget(channel: string, listener: ChangeListener): boolean {
    return this.#listeners.get(channel) === listener && this.#listeners.delete(channel);
  }

  #loseAll(): void {
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost();
  }

  /** A dead peer says nothing, and a subscriber that only listens would wait for it for ever. */
  async #watch(clock: Clock): Promise<void> {
    for (;;) {
      await clock.sleep(PING_MS, this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      if (this.#redis.status === "ready") await this.#redis.ping().catch(() => this.#reconnect());
    }
  }

  #reconnect(): void {
    this.#redis.disconnect(true);
  }
}
