import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { FlagData } from "../../../shared/model/item.ts";
import type { ReplicaUpdate } from "../replica/update.ts";
import { Connection, type ConnectionOwner } from "./connection.ts";
import { Frame } from "./frame.ts";
import { putMessage, type StreamView } from "./message.ts";
import { joinNews, type News, NO_NEWS, newsMessage, newsOf } from "./news.ts";
import type { SlicedWork } from "./slices.ts";
import type { StreamLabels } from "./stream-metrics.ts";
import type { StreamParts } from "./stream-parts.ts";
import { TICK_MS } from "./ticker.ts";
import { Upkeep } from "./upkeep.ts";

/** News on their way to clients. */
interface Broadcast {
  readonly frame: Frame;
  readonly rest: Iterator<Connection>;
}

/** The version of a client that is owed a `put`; far below that of any data. */
const NOTHING = -1;
/** How many clients are told news in one step: about as much work as one `put` of a large environment. */
const TOLD_IN_A_STEP = 16;
/** How long a closing hub waits for clients to take the end of their streams. */
const LAST_BYTES_MS = 1_000;

/**
 * All streams of one environment and view, kept true to its data.
 *
 * Data have a number, and so has each client: that of the data it was sent last. A client is in one of three
 * states:
 * - *waiting* for a `put` of the current data: it has just come, or has read everything after missing news;
 * - *current*, or one behind while a broadcast has not reached it;
 * - *full*: it does not read, misses news, and is waiting again as soon as it has read everything.
 *
 * Data become current only when a broadcast of them begins, and the next one begins only after that has reached
 * everybody; it tells at once what has come meanwhile. All of it happens in {@link step}, one piece at a time, so
 * nobody misses news, gets them twice, or in another order.
 */
export class StreamHub implements SlicedWork {
  readonly #labels: StreamLabels;
  readonly #view: StreamView;
  readonly #parts: StreamParts;
  readonly #upkeep: Upkeep;
  readonly #connections = new Set<Connection>();
  readonly #waiting = new Set<Connection>();
  /** Aborted when the last stream is over; only a hub that is closing has one. */
  #empty: AbortController | undefined;

  /** What clients have been told or are being told, its number, and its `put` once somebody needed it. */
  #data: FlagData;
  #version = 0;
  #put: Frame | undefined;
  #broadcast: Broadcast | undefined;
  /** What has come since, and what tells it to those who have `#data`. */
  #latest: FlagData;
  #news: News = NO_NEWS;

  constructor(environment: string, view: StreamView, data: FlagData, parts: StreamParts) {
    this.#labels = { environment, stream: view };
    this.#view = view;
    this.#parts = parts;
    this.#upkeep = new Upkeep(this.#labels, parts);
    this.#data = data;
    this.#latest = data;
  }

  /**
   * Answers a request with a stream, whose head goes out at once, with `headers` besides its own; a hub that is
   * closing answers 503. From here on the response is the hub's: nobody else may write to it or set headers.
   */
  open(outgoing: ServerResponse, headers: OutgoingHttpHeaders = {}): void {
    if (this.#empty !== undefined) {
      outgoing.writeHead(503).end();
      return;
    }
    const connection = Connection.open(outgoing, headers, this.#owner);
    if (connection === undefined) return;
    this.#connections.add(connection);
    this.#countOpen();
    this.#upkeep.begin(connection);
    this.#awaitPut(connection);
  }

  /** New data: clients that are up to date get the changes, or one `put` when changes cannot say it. */
  update(update: ReplicaUpdate): void {
    this.#latest = update.data;
    const news = newsOf(this.#view, update);
    if (news.kind === "nothing") return;
    this.#news = joinNews(this.#news, news);
    this.#parts.slices.add(this);
  }

  /** The next piece of work (see `Slices`). Those who wait and those who are told take turns. */
  step(): boolean {
    const told = this.#serveWaiting() + this.#tellSome();
    if (told > 0) this.#parts.metrics.messages.add(this.#labels, told);
    return this.#waiting.size > 0 || this.#broadcast !== undefined || this.#news.kind !== "nothing";
  }

  /**
   * Ends all streams, spread evenly over `paceMs` so that the clients do not return all at once, and refuses new
   * ones. Resolves when all are over; a client that does not even take the end of its stream is cut.
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
    if (this.#connections.size > 0) await clock.sleep(LAST_BYTES_MS, empty.signal);
    for (const connection of this.#connections) connection.cut();
    this.#countOpen();
  }

  readonly #owner: ConnectionOwner = {
    drained: (connection) => {
      if (connection.version !== this.#version) this.#awaitPut(connection);
    },
    closed: (connection) => {
      this.#connections.delete(connection);
      this.#waiting.delete(connection);
      this.#upkeep.finish(connection);
      this.#countOpen();
      if (this.#connections.size > 0) return;
      this.#put = undefined;
      this.#empty?.abort();
    },
  };

  #awaitPut(connection: Connection): void {
    connection.version = NOTHING;
    this.#waiting.add(connection);
    this.#parts.slices.add(this);
  }

  /** Gives the current data to the one who has waited longest. Returns how many were served. */
  #serveWaiting(): number {
    for (const connection of this.#waiting) {
      this.#waiting.delete(connection);
      this.#put ??= new Frame(putMessage(this.#view, this.#data));
      this.#tell(connection, this.#put);
      return 1;
    }
    return 0;
  }

  /** Goes on with the broadcast, or begins the next one. Returns how many were told. */
  #tellSome(): number {
    this.#broadcast ??= this.#nextBroadcast();
    if (this.#broadcast === undefined) return 0;
    const { frame, rest } = this.#broadcast;
    let told = 0;
    while (told < TOLD_IN_A_STEP) {
      const { done, value: connection } = rest.next();
      if (done) {
        this.#broadcast = undefined;
        break;
      }
      // Who came during the broadcast is among the rest, too, but has this version already.
      if (connection.version !== this.#version - 1 || connection.full) continue;
      this.#tell(connection, frame);
      told += 1;
    }
    return told;
  }

  #nextBroadcast(): Broadcast | undefined {
    const news = this.#news;
    if (news.kind === "nothing") return undefined;
    this.#news = NO_NEWS;
    this.#data = this.#latest;
    this.#version += 1;
    this.#put = undefined;
    if (this.#connections.size === 0) return undefined;
    const frame = new Frame(newsMessage(this.#view, news, this.#data));
    if (news.kind === "everything") this.#put = frame;
    return { frame, rest: this.#connections.values() };
  }

  /** Brings a client to the current version. */
  #tell(connection: Connection, frame: Frame): void {
    connection.version = this.#version;
    connection.send(frame);
    this.#upkeep.watch(connection);
  }

  #countOpen(): void {
    const { open } = this.#parts.metrics;
    if (this.#empty !== undefined && this.#connections.size === 0) open.remove(this.#labels);
    else open.set(this.#labels, this.#connections.size);
  }
}
