import type { SlicedWork } from "../../../shared/base/event-loop/time-slices.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import type { Connection, ConnectionOwner, StreamHeaders } from "./connection.ts";
import type { Frame } from "./frame.ts";
import { OpenStreams } from "./open-streams.ts";
import type { StreamLabels } from "./stream-metrics.ts";
import type { StreamParts } from "./stream-parts.ts";

/** What a stream sends of something that changes. {@link FanOut} decides to whom, and when. */
export interface StreamContent<Note> {
  /** Makes the newest state the current one. Returns false, and keeps the current one, if nothing changed for clients. */
  advance(): boolean;
  /** All of the current state, for a client that knows nothing of it. */
  snapshot(client: Connection<Note>): Frame;
  /** What the current state changed, for a client that has the one before; `undefined`: nothing for this client. */
  delta(client: Connection<Note>): Frame | undefined;
  /** No client is left: bytes that are kept to be sent again may be freed. */
  release(): void;
}

/** The version of a client that waits for a snapshot; below that of any state. */
const NO_STATE = -1;

/**
 * Broadcasts a {@link StreamContent} to all clients of one kind of stream.
 *
 * Each state has a number, its version, and each client has that of the state it was sent last. A client is
 * - *waiting* for a snapshot: it has just connected, or has read everything after missing a delta;
 * - *current*, or one version behind until the broadcast reaches it;
 * - *full*: its socket takes no more, it misses deltas, and waits again once it has drained.
 *
 * | from | event | to |
 * | --- | --- | --- |
 * | (new), full | opened, drained | waiting |
 * | waiting | snapshot sent | current, or full if the socket takes no more |
 * | current | delta sent | current, or full if the socket takes no more |
 * | any | closed | (gone) |
 *
 * A state becomes current only when its broadcast begins, and a broadcast begins only after the one before has reached
 * every client; states that arrived meanwhile are sent together. All of it happens in {@link step}, one piece at a time,
 * so no client misses a delta, gets one twice, or in another order.
 */
export class FanOut<Note = undefined> implements SlicedWork {
  readonly #content: StreamContent<Note>;
  readonly #sentPerStep: number;
  readonly #parts: StreamParts;
  readonly #labels: StreamLabels;
  readonly #streams: OpenStreams<Note>;
  readonly #waiting = new Set<Connection<Note>>();
  /** The number of the current state. */
  #version = 0;
  /** The clients that the broadcast has not reached yet; `undefined` when it is over. */
  #rest: Iterator<Connection<Note>, undefined> | undefined;
  /** Whether the content has accepted something since the last broadcast began. */
  #announced = false;
  /** When that happened first, and when it happened for the broadcast under way. */
  #announcedAtMs: number | undefined;
  #broadcastSinceMs: number | undefined;

  /** @param sentPerStep how many clients are sent a delta in one step: about half a millisecond of work */
  constructor(content: StreamContent<Note>, sentPerStep: number, labels: StreamLabels, parts: StreamParts) {
    this.#content = content;
    this.#sentPerStep = sentPerStep;
    this.#parts = parts;
    this.#labels = labels;
    this.#streams = new OpenStreams(labels, parts, this.#owner);
  }

  get size(): number {
    return this.#streams.size;
  }

  /** Answers a request with a stream, see {@link OpenStreams.open}; a snapshot follows the head. */
  open(response: ResponseWriter, headers: StreamHeaders, note: Note): void {
    const connection = this.#streams.open(response, headers, note);
    if (connection !== undefined) this.#awaitSnapshot(connection);
  }

  /** The content has accepted something: clients will be sent it. */
  announce(): void {
    this.#announced = true;
    this.#announcedAtMs ??= this.#parts.clock.monotonic();
    this.#parts.slices.add(this);
  }

  /** The next piece of work (see `Slices`). Snapshots and the broadcast take turns. */
  step(): boolean {
    this.#streams.count(this.#serveWaiting() + this.#continueBroadcast());
    return this.#waiting.size > 0 || this.#rest !== undefined || this.#announced;
  }

  /** Ends all streams, see {@link OpenStreams.close}. */
  close(paceMs: number): Promise<void> {
    return this.#streams.close(paceMs);
  }

  readonly #owner: ConnectionOwner<Note> = {
    drained: (connection) => {
      if (connection.version !== this.#version) this.#awaitSnapshot(connection);
    },
    closed: (connection) => {
      this.#waiting.delete(connection);
      if (this.#streams.size === 0) this.#content.release();
    },
  };

  #awaitSnapshot(connection: Connection<Note>): void {
    connection.version = NO_STATE;
    this.#waiting.add(connection);
    this.#parts.slices.add(this);
  }

  /** Sends a snapshot to the client that has waited longest. Returns how many were served. */
  #serveWaiting(): number {
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection);
      connection.version = this.#version;
      this.#streams.send(connection, this.#content.snapshot(connection));
      return 1;
    }
    return 0;
  }

  /** Continues the broadcast, or begins the next one. Returns how many clients were sent something. */
  #continueBroadcast(): number {
    this.#rest ??= this.#nextBroadcast();
    if (this.#rest === undefined) return 0;
    let sent = 0;
    for (let looked = 0; looked < this.#sentPerStep; looked += 1) {
      const { done, value: connection } = this.#rest.next();
      if (done) {
        this.#rest = undefined;
        this.#observeBroadcast();
        break;
      }
      // Clients that connected during the broadcast are among the rest, too, but have this version already.
      if (connection.version !== this.#version - 1 || connection.full) continue;
      connection.version = this.#version;
      const frame = this.#content.delta(connection);
      if (frame === undefined) continue;
      this.#streams.send(connection, frame);
      sent += 1;
    }
    return sent;
  }

  #observeBroadcast(): void {
    const { clock, metrics } = this.#parts;
    if (this.#broadcastSinceMs === undefined) return;
    metrics.broadcastSeconds.observe(
      { stream: this.#labels.stream },
      (clock.monotonic() - this.#broadcastSinceMs) / 1000,
    );
    this.#broadcastSinceMs = undefined;
  }

  #nextBroadcast(): Iterator<Connection<Note>, undefined> | undefined {
    if (!this.#announced) return undefined;
    this.#announced = false;
    this.#broadcastSinceMs = this.#announcedAtMs;
    this.#announcedAtMs = undefined;
    if (!this.#content.advance()) return undefined;
    this.#version += 1;
    return this.#streams.size === 0 ? undefined : this.#streams.values();
  }
}
