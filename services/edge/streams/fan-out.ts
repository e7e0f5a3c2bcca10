import type { Reply } from "../reply/reply.ts";
import type { Connection, ConnectionOwner, StreamHeaders } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { OpenStreams } from "./open-streams.ts";
import type { SlicedWork } from "./slices.ts";
import type { StreamLabels } from "./stream-metrics.ts";
import type { StreamParts } from "./stream-parts.ts";

/** What the clients of a stream are told of something that changes. {@link FanOut} decides whom, and when. */
export interface Story<Note> {
  /** Makes the newest state the current one. False: it says nothing new, and the current one stays. */
  proceed(): boolean;
  /** The current state, for a client that may know nothing of it. */
  everything(client: Connection<Note>): Frame;
  /** What is new in the current state, for a client that knows the one before; `undefined`: nothing for this one. */
  news(client: Connection<Note>): Frame | undefined;
  /** Nobody listens any more: what is kept only to be said again may go. */
  abandoned(): void;
}

/** The version of a client that is owed everything; far below that of any state. */
const NOTHING = -1;

/**
 * Keeps all clients of one kind of stream true to a {@link Story}.
 *
 * Its states have a number, and so has each client: that of the state it was told last. A client is in one of three
 * conditions:
 * - *waiting* to be told everything: it has just come, or has read everything after missing news;
 * - *current*, or one behind while a broadcast has not reached it;
 * - *full*: it does not read, misses news, and is waiting again as soon as it has read everything.
 *
 * A state becomes current only when a broadcast of it begins, and the next one begins only after that has reached
 * everybody; it tells at once what has come meanwhile. All of it happens in {@link step}, one piece at a time, so
 * nobody misses news, gets them twice, or in another order.
 */
export class FanOut<Note = undefined> implements SlicedWork {
  readonly #story: Story<Note>;
  readonly #toldInAStep: number;
  readonly #parts: StreamParts;
  readonly #labels: StreamLabels;
  readonly #streams: OpenStreams<Note>;
  readonly #waiting = new Set<Connection<Note>>();
  /** The number of the current state. */
  #version = 0;
  /** Those whom the broadcast of the current state has not reached; `undefined` when it is over. */
  #rest: Iterator<Connection<Note>, undefined> | undefined;
  /** Whether the story may have gone on. */
  #announced = false;
  /** When that was first said since the last broadcast began, and when it was of what is being told now. */
  #announcedAtMs: number | undefined;
  #toldSinceMs: number | undefined;

  /** @param toldInAStep how many clients are told news in one step: what is about half a millisecond of work */
  constructor(story: Story<Note>, toldInAStep: number, labels: StreamLabels, parts: StreamParts) {
    this.#story = story;
    this.#toldInAStep = toldInAStep;
    this.#parts = parts;
    this.#labels = labels;
    this.#streams = new OpenStreams(labels, parts, this.#owner);
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Answers a request with a stream, see {@link OpenStreams.open}; everything follows the head. */
  open(reply: Reply, headers: StreamHeaders, note: Note): void {
    const connection = this.#streams.open(reply, headers, note);
    if (connection !== undefined) this.#awaitEverything(connection);
  }

  /** The story goes on: clients will be told. */
  announce(): void {
    this.#announced = true;
    this.#announcedAtMs ??= this.#parts.clock.monotonic();
    this.#parts.slices.add(this);
  }

  /** The next piece of work (see `Slices`). Those who wait and those who are told take turns. */
  step(): boolean {
    this.#streams.count(this.#serveWaiting() + this.#tellSome());
    return this.#waiting.size > 0 || this.#rest !== undefined || this.#announced;
  }

  /** Ends all streams, see {@link OpenStreams.close}. */
  close(paceMs: number): Promise<void> {
    return this.#streams.close(paceMs);
  }

  readonly #owner: ConnectionOwner<Note> = {
    drained: (connection) => {
      if (connection.version !== this.#version) this.#awaitEverything(connection);
    },
    closed: (connection) => {
      this.#waiting.delete(connection);
      if (this.#streams.size === 0) this.#story.abandoned();
    },
  };

  #awaitEverything(connection: Connection<Note>): void {
    connection.version = NOTHING;
    this.#waiting.add(connection);
    this.#parts.slices.add(this);
  }

  /** Gives the current state to the one who has waited longest. Returns how many were served. */
  #serveWaiting(): number {
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection);
      connection.version = this.#version;
      this.#streams.send(connection, this.#story.everything(connection));
      return 1;
    }
    return 0;
  }

  /** Goes on with the broadcast, or begins the next one. Returns how many were told. */
  #tellSome(): number {
    this.#rest ??= this.#nextBroadcast();
    if (this.#rest === undefined) return 0;
    let told = 0;
    for (let looked = 0; looked < this.#toldInAStep; looked += 1) {
      const { done, value: connection } = this.#rest.next();
      if (done) {
        this.#rest = undefined;
        this.#observeBroadcast();
        break;
      }
      // Who came during the broadcast is among the rest, too, but has this version already.
      if (connection.version !== this.#version - 1 || connection.full) continue;
      connection.version = this.#version;
      const frame = this.#story.news(connection);
      if (frame === undefined) continue;
      this.#streams.send(connection, frame);
      told += 1;
    }
    return told;
  }

  #observeBroadcast(): void {
    const { clock, metrics } = this.#parts;
    if (this.#toldSinceMs === undefined) return;
    metrics.broadcastSeconds.observe(
      { stream: this.#labels.stream },
      (clock.monotonic() - this.#toldSinceMs) / 1000,
    );
    this.#toldSinceMs = undefined;
  }

  #nextBroadcast(): Iterator<Connection<Note>, undefined> | undefined {
    if (!this.#announced) return undefined;
    this.#announced = false;
    this.#toldSinceMs = this.#announcedAtMs;
    this.#announcedAtMs = undefined;
    if (!this.#story.proceed()) return undefined;
    this.#version += 1;
    return this.#streams.size === 0 ? undefined : this.#streams.values();
  }
}
