import { TICK_MS } from "../../../../shared/base/event-loop/ticker.ts";
import type { Stop } from "../../../../shared/base/stop-scope.ts";
import type { FlagView } from "../../evaluation/view.ts";
import type { ResponseWriter } from "../../http/response/response-writer.ts";
import type { Connection, ConnectionOwner, StreamHeaders } from "../connection.ts";
import { Frame } from "../frame.ts";
import { OpenStreams } from "../open-streams.ts";
import type { StreamLabels } from "../stream-metrics.ts";
import type { StreamParts } from "../stream-parts.ts";
import { PingSlot } from "./ping-slot.ts";

/** Its data are one blank, because SDKs drop an event without data (R2.3). */
const PING = new Frame("event: ping\ndata:  \n\n");
/** The most parts that the window is divided into: a long one needs no finer grain. */
const MAX_SLOTS = 100;

/**
 * The streams of one kind of client in one environment that are told only *that* something has changed: the client
 * then asks for its results anew.
 *
 * So that a change does not bring all clients back at once, each has a place in a window of time, drawn at random
 * when it comes, and hears of changes only when that place has its turn. The turns go round as long as there is
 * something to tell: every client hears of a change within one window, and of all changes within a window at once.
 */
export class PingHub {
  readonly #parts: StreamParts;
  readonly #labels: StreamLabels;
  readonly #streams: OpenStreams<PingSlot>;
  readonly #slots: readonly PingSlot[];
  readonly #turnMs: number;
  /** The newest state that clients know of, or will with the turns that are to come. */
  #view: FlagView;
  /** The number of the newest change. A client's `version` is that of the change it was pinged for. */
  #version = 0;
  #nextSlot = 0;
  /** The change whose telling is measured. */
  #measured: { readonly sinceMs: number; slotsLeft: number } | undefined;
  #nextTurnAtMs = 0;
  /** How many turns it takes until everybody knows. */
  #turnsLeft = 0;
  #stopTicking: Stop | undefined;

  constructor(labels: StreamLabels, view: FlagView, parts: StreamParts) {
    this.#parts = parts;
    this.#labels = labels;
    this.#streams = new OpenStreams(labels, parts, this.#owner);
    this.#view = view;
    const windowMs = parts.limits.pingJitterMs;
    const slots = Math.min(MAX_SLOTS, Math.max(1, Math.floor(windowMs / TICK_MS)));
    this.#slots = Array.from(
      { length: slots },
      () => new PingSlot((some, isOver) => this.#pingThose(some, isOver)),
    );
    this.#turnMs = windowMs / slots;
  }

  /** How many streams are open. */
  get size(): number {
    return this.#streams.size;
  }

  /** Answers a request with a stream and keeps the reply (see `OpenStreams`). The first ping comes at once. */
  open(response: ResponseWriter, headers: StreamHeaders): void {
    const slot = this.#slots[Math.floor(this.#parts.random() * this.#slots.length)];
    if (slot === undefined) throw new RangeError("a random number is not below 1");
    const client = this.#streams.open(response, headers, slot);
    if (client === undefined) return;
    slot.add(client);
    this.#ping(client);
    this.#streams.count(1);
  }

  /** A new state: whoever may get other results from it is pinged in their turn. */
  update(view: FlagView): void {
    const before = this.#view;
    this.#view = view;
    if (this.#streams.size === 0 || view.changedSince(before).size === 0) return;
    this.#version += 1;
    this.#turnsLeft = this.#slots.length;
    this.#measured ??= { sinceMs: this.#parts.clock.monotonic(), slotsLeft: this.#slots.length };
    if (this.#turnMs === 0) this.#beginTurn();
    else if (this.#stopTicking === undefined) {
      const { clock, ticker } = this.#parts;
      this.#nextTurnAtMs = clock.monotonic() + this.#turnMs;
      this.#stopTicking = ticker.follow(this.#tick);
    }
  }

  /** Ends all streams, spread over `paceMs`. */
  close(paceMs: number): Promise<void> {
    return this.#streams.close(paceMs);
  }

  readonly #owner: ConnectionOwner<PingSlot> = {
    drained: (client) => {
      if (client.version === this.#version) return;
      this.#ping(client);
      this.#streams.count(1);
    },
    closed: (client) => {
      client.note.remove(client);
      if (this.#streams.size > 0) return;
      this.#endTurns();
      this.#measured = undefined;
    },
  };

  readonly #tick = (nowMs: number): void => {
    for (; this.#turnsLeft > 0 && this.#nextTurnAtMs <= nowMs; this.#nextTurnAtMs += this.#turnMs)
      this.#beginTurn();
    if (this.#turnsLeft === 0) this.#endTurns();
  };

  #beginTurn(): void {
    const slot = this.#slots[this.#nextSlot];
    this.#nextSlot = (this.#nextSlot + 1) % this.#slots.length;
    this.#turnsLeft -= 1;
    if (slot === undefined) return;
    slot.begin();
    this.#parts.slices.add(slot);
  }

  #endTurns(): void {
    this.#turnsLeft = 0;
    void this.#stopTicking?.();
    this.#stopTicking = undefined;
  }

  /** Pings those of `some` who do not know of the newest change; who does not read is pinged when it reads again. */
  #pingThose(some: readonly Connection<PingSlot>[], isOver: boolean): void {
    let pinged = 0;
    for (const client of some) {
      if (client.version === this.#version || client.full) continue;
      this.#ping(client);
      pinged += 1;
    }
    this.#streams.count(pinged);
    if (isOver) this.#slotIsOver();
  }

  /** Measures one change at a time, until each place has had a turn since: those that come meanwhile are not later. */
  #slotIsOver(): void {
    if (this.#measured === undefined) return;
    this.#measured.slotsLeft -= 1;
    if (this.#measured.slotsLeft > 0) return;
    const { clock, metrics } = this.#parts;
    metrics.broadcastSeconds.observe(
      { stream: this.#labels.stream },
      (clock.monotonic() - this.#measured.sinceMs) / 1000,
    );
    this.#measured = undefined;
  }

  #ping(client: Connection<PingSlot>): void {
    client.version = this.#version;
    this.#streams.send(client, PING);
  }
}
