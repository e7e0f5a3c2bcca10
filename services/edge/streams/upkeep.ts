import { TICK_MS } from "../../../shared/base/event-loop/ticker.ts";
import { TimerWheel } from "../../../shared/base/event-loop/timer-wheel.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { Connection } from "./connection.ts";
import { HEARTBEAT } from "./frame.ts";
import { SlowClients } from "./slow-clients.ts";
import type { StreamLabels } from "./stream-metrics.ts";
import type { StreamParts } from "./stream-parts.ts";

/** The share of the greatest age that is random: clients that came together are not sent away together. */
const AGE_JITTER = 0.1;

/** What time does to the connections of a hub: heartbeats, old age, and the end of patience with stuck clients. */
export class Upkeep {
  readonly #labels: StreamLabels;
  readonly #parts: StreamParts;
  readonly #heartbeats: TimerWheel<Connection>;
  readonly #ages: TimerWheel<Connection>;
  readonly #slowClients: SlowClients<Connection>;
  #connections = 0;
  #stopTicking: Stop | undefined;

  constructor(labels: StreamLabels, parts: StreamParts) {
    this.#labels = labels;
    this.#parts = parts;
    const now = parts.clock.monotonic();
    this.#heartbeats = new TimerWheel(TICK_MS, now);
    this.#ages = new TimerWheel(TICK_MS, now);
    this.#slowClients = new SlowClients(parts.limits.slowClientDeadlineMs);
  }

  /**
   * Begins to look after a connection. Its first heartbeat falls on any moment of the interval, so that beats are
   * spread over it even when all clients came at once.
   */
  begin(connection: Connection): void {
    const { limits, clock, random, ticker } = this.#parts;
    const now = clock.monotonic();
    if (limits.heartbeatIntervalMs > 0)
      connection.heartbeatTick = this.#heartbeats.add(
        connection,
        now + random() * limits.heartbeatIntervalMs,
      );
    if (limits.maxClientConnectionTimeMs > 0) {
      const age = limits.maxClientConnectionTimeMs * (1 - AGE_JITTER * random());
      connection.ageTick = this.#ages.add(connection, now + age);
    }
    this.#connections += 1;
    this.#stopTicking ??= ticker.follow(this.#tick);
  }

  /** To be called after each write to a connection: from now on what it has not taken is timed. */
  watch(connection: Connection): void {
    if (connection.unsentBytes > 0) this.#slowClients.watch(connection, this.#parts.clock.monotonic());
  }

  /** Forgets a connection that is over. */
  finish(connection: Connection): void {
    this.#heartbeats.remove(connection, connection.heartbeatTick);
    this.#ages.remove(connection, connection.ageTick);
    this.#slowClients.forget(connection);
    this.#connections -= 1;
    if (this.#connections > 0) return;
    void this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  readonly #tick = (nowMs: number): void => {
    const { limits, metrics } = this.#parts;
    for (const connection of this.#ages.takeDue(nowMs)) {
      connection.end();
      this.watch(connection);
    }
    for (const connection of this.#heartbeats.takeDue(nowMs)) {
      connection.heartbeatTick = this.#heartbeats.add(connection, nowMs + limits.heartbeatIntervalMs);
      if (connection.unsentBytes > 0) continue;
      connection.send(HEARTBEAT);
      this.watch(connection);
    }
    for (const connection of this.#slowClients.takeOverdue(nowMs)) {
      connection.cut();
      metrics.slowClientsCut.add(this.#labels);
    }
  };
}
