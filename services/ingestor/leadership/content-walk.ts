import type { EnvironmentStore } from "../../../shared/bus/environment-store.ts";
import { ITEM_KINDS, type ItemKind } from "../../../shared/model/item.ts";
import { type Base, holdsTexts } from "./base.ts";

/** Items per slice, roughly: `COUNT` of HSCAN. */
const SLICE_ITEMS = 100;

/**
 * Checks all items in Redis, again and again (W3): replacing an item changes no length, and upstream may not send its data
 * for weeks. The slices of a walk are spread over its whole duration, so that many environments or flags cause no
 * burst of work.
 */
export class ContentWalk {
  readonly #store: Pick<EnvironmentStore, "scan">;
  readonly #walkMs: number;
  #kind: ItemKind = "flags";
  #from: string | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  /** `walkMs`: how long a whole walk takes. */
  constructor(store: Pick<EnvironmentStore, "scan">, walkMs: number) {
    this.#store = store;
    this.#walkMs = walkMs;
  }

  /** When the next slice is due, on the monotonic clock. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /** Begins at the first item: all that Redis holds has just been read. */
  restart(base: Base, now: number): void {
    this.#kind = "flags";
    this.#from = undefined;
    this.#dueAt = now + this.#pauseMs(base);
  }

  /** Compares the next slice. False: it is not what the holder takes Redis for. Nothing may be written meanwhile. */
  async step(base: Base, now: number): Promise<boolean> {
    const kind = this.#kind;
    this.#dueAt = now + this.#pauseMs(base);
    const { texts, next } = await this.#store.scan(kind, this.#from);
    this.#from = next;
    if (next === undefined)
      this.#kind = ITEM_KINDS[(ITEM_KINDS.indexOf(kind) + 1) % ITEM_KINDS.length] ?? kind;
    return holdsTexts(base, kind, texts);
  }

  #pauseMs({ data }: Base): number {
    const slices = ITEM_KINDS.map((kind) => Math.max(1, Math.ceil(data[kind].size / SLICE_ITEMS)));
    return this.#walkMs / slices.reduce((sum, count) => sum + count, 0);
  }
}
