import type { SlicedWork } from "../../../../shared/base/event-loop/time-slices.ts";
import type { Connection } from "../connection.ts";

/** How many clients are looked at in one step. */
const SEEN_IN_A_STEP = 16;

/** The clients of a hub that have their turn to be pinged together. */
export class PingSlot implements SlicedWork {
  readonly #clients = new Set<Connection<PingSlot>>();
  readonly #ping: (some: readonly Connection<PingSlot>[], isOver: boolean) => void;
  #rest: Iterator<Connection<PingSlot>, undefined> = this.#clients.values();

  /** @param ping is given a few clients at a time, and whether they are the last; it knows which of them need one */
  constructor(ping: (some: readonly Connection<PingSlot>[], isOver: boolean) => void) {
    this.#ping = ping;
  }

  add(client: Connection<PingSlot>): void {
    this.#clients.add(client);
  }

  remove(client: Connection<PingSlot>): void {
    this.#clients.delete(client);
  }

  /** A turn begins, also when the one before is not over. The slot then wants to be stepped. */
  begin(): void {
    this.#rest = this.#clients.values();
  }

  step(): boolean {
    const some: Connection<PingSlot>[] = [];
    while (some.length < SEEN_IN_A_STEP) {
      const { done, value: client } = this.#rest.next();
      if (done) break;
      some.push(client);
    }
    const isOver = some.length < SEEN_IN_A_STEP;
    this.#ping(some, isOver);
    return !isOver;
  }
}
