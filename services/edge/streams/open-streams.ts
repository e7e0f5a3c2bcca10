import { TICK_MS } from "../../../shared/base/event-loop/ticker.ts";
import { Head } from "../http/response/head.ts";
import type { ResponseWriter } from "../http/response/response-writer.ts";
import { Connection, type ConnectionOwner, type StreamHeaders } from "./connection.ts";
import type { Frame } from "./frame.ts";
import type { StreamLabels } from "./stream-metrics.ts";
import type { StreamParts } from "./stream-parts.ts";
import { Upkeep } from "./upkeep.ts";

/** How long closing waits for clients to take the end of their streams. */
const LAST_BYTES_MS = 1_000;

/**
 * The open connections of one kind of stream in one environment: from a request to the end of its stream, with the
 * upkeep and the metrics of all. What clients are told, and when, is the affair of the hub that these belong to.
 */
export class OpenStreams<Note = undefined> {
  readonly #labels: StreamLabels;
  readonly #parts: StreamParts;
  readonly #hub: ConnectionOwner<Note>;
  readonly #upkeep: Upkeep;
  readonly #connections = new Set<Connection<Note>>();
  /** Aborted when the last stream is over; only while closing. */
  #empty: AbortController | undefined;
  #refuses = false;

  constructor(labels: StreamLabels, parts: StreamParts, hub: ConnectionOwner<Note>) {
    this.#labels = labels;
    this.#parts = parts;
    this.#hub = hub;
    this.#upkeep = new Upkeep(labels, parts);
  }

  get size(): number {
    return this.#connections.size;
  }

  /** All of them, the oldest first; whoever comes during an iteration is part of it, who leaves is not. */
  values(): Iterator<Connection<Note>, undefined> {
    return this.#connections.values();
  }

  /**
   * Answers a request with a stream, whose head goes out at once, with `headers` besides or in place of its own;
   * when closed, with 503. `undefined`: there is no stream. From here on the reply is the hub's: nobody else may
   * write to it or set headers.
   */
  open(response: ResponseWriter, headers: StreamHeaders, note: Note): Connection<Note> | undefined {
    if (this.#refuses) {
      refuseStream(response, headers);
      return undefined;
    }
    const connection = Connection.open(response, headers, this.#owner, note);
    if (connection === undefined) return undefined;
    this.#connections.add(connection);
    this.#countOpen();
    this.#upkeep.begin(connection);
    return connection;
  }

  send(connection: Connection<Note>, frame: Frame): void {
    connection.send(frame);
    this.#upkeep.watch(connection);
  }

  /** To be called for what was sent; apart from {@link send}, because counting costs as much as sending. */
  count(messages: number): void {
    if (messages > 0) this.#parts.metrics.messages.add(this.#labels, messages);
  }

  /**
   * Ends all streams, spread evenly over `paceMs` so that the clients do not return all at once; new ones are opened until
   * then, and refused afterwards. Resolves when all are over; a client that does not even take the end of its stream is
   * cut.
   */
  async close(paceMs: number): Promise<void> {
    const { clock } = this.#parts;
    const empty = new AbortController();
    this.#empty = empty;
    const began = clock.monotonic();
    const connections = [...this.#connections];
    for (let ended = 0; ended < connections.length && !empty.signal.aborted; ) {
      const share = paceMs > 0 ? Math.min(1, (clock.monotonic() - began + TICK_MS) / paceMs) : 1;
      const end = Math.ceil(share * connections.length);
      for (const connection of connections.slice(ended, end)) connection.end();
      ended = end;
      if (ended < connections.length) await clock.sleep(TICK_MS, empty.signal);
    }
    this.#refuses = true;
    for (const connection of this.#connections) connection.end();
    if (this.#connections.size > 0) await clock.sleep(LAST_BYTES_MS, empty.signal);
    for (const connection of this.#connections) connection.cut();
    this.#countOpen();
  }

  readonly #owner: ConnectionOwner<Note> = {
    drained: (connection) => this.#hub.drained(connection),
    closed: (connection) => {
      this.#connections.delete(connection);
      this.#upkeep.finish(connection);
      this.#countOpen();
      this.#hub.closed(connection);
      if (this.#connections.size === 0) this.#empty?.abort();
    },
  };

  #countOpen(): void {
    const { open } = this.#parts.metrics;
    if (this.#empty !== undefined && this.#connections.size === 0) open.remove(this.#labels);
    else open.set(this.#labels, this.#connections.size);
  }
}

/** Says that streams are ending here, so that the client goes elsewhere. */
export function refuseStream(response: ResponseWriter, headers: StreamHeaders): void {
  response.send({ status: 503, head: new Head(headers), body: Buffer.alloc(0) });
}
