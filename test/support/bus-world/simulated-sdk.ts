import type { ReplicaUpdate } from "../../../services/edge/replica/replica-update.ts";
import { type FlagData, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import { visible } from "./simulated-upstream.ts";

/**
 * An SDK's view of flag data: a put replaces everything, patches and deletes count only above what it holds. It
 * reports what must not happen: data that upstream never said, or that upstream had already moved on from.
 */
export class SimulatedSdk {
  #data: FlagData = NO_DATA;
  /** The last of upstream's states that it has seen on this connection. */
  #seen = 0;
  readonly #said: readonly string[];
  readonly #violation: (what: string) => void;

  constructor(said: readonly string[], violation: (what: string) => void) {
    this.#said = said;
    this.#violation = violation;
  }

  get view(): string {
    return visible(this.#data);
  }

  /** A new connection: whatever the edge has now is the beginning. `misled`: damage, for which no edge can be blamed. */
  connect(data: FlagData, misled: boolean): void {
    this.#seen = 0;
    this.#data = data;
    this.#follow("connecting", misled);
  }

  /** Is told what a stream would carry. */
  receive({ data, changes }: ReplicaUpdate, misled: boolean): void {
    if (changes.length === 0) return;
    if (changes.every((change) => change.above)) {
      const taken = changes.filter(({ kind, key, item }) => {
        const known = this.#data[kind].get(key);
        return known === undefined || item.version > known.version;
      });
      this.#data = withChanges(this.#data, taken);
    } else {
      if (visible(data) === this.view) this.#violation("a put that says nothing new");
      this.#data = data;
    }
    if (this.view !== visible(data)) this.#violation(`the SDK has ${this.view}, its edge ${visible(data)}`);
    this.#follow("an update", misled);
  }

  #follow(why: string, misled: boolean): void {
    if (misled) {
      this.#seen = 0;
      return;
    }
    const index = this.#said.indexOf(this.view, this.#seen);
    if (index >= 0) this.#seen = index;
    else if (this.#said.includes(this.view)) this.#violation(`${why} took the SDK back to ${this.view}`);
    else this.#violation(`${why} gave the SDK what upstream never said: ${this.view}`);
  }
}
