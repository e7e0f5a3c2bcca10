/**
 * Items, each with a time at which it is due, kept by ticks: thousands of connections share one timer, and any of
 * them is put in or taken out in constant time.
 */
export class TimerWheel<Item> {
  readonly #tickMs: number;
  readonly #items = new Map<number, Set<Item>>();
  /** All earlier ticks have been handed out. */
  #next: number;

  constructor(tickMs: number, nowMs: number) {
    this.#tickMs = tickMs;
    this.#next = Math.floor(nowMs / tickMs);
  }

  /** Puts `item` in, to be due at `atMs` or up to a tick later. Returns the tick, which {@link remove} needs. */
  add(item: Item, atMs: number): number {
    const tick = Math.max(this.#next, Math.ceil(atMs / this.#tickMs));
    const items = this.#items.get(tick);
    if (items === undefined) this.#items.set(tick, new Set([item]));
    else items.add(item);
    return tick;
  }

  /** Takes `item` out of the tick that {@link add} put it in; does nothing when it is gone already. */
  remove(item: Item, tick: number): void {
    const items = this.#items.get(tick);
    if (items?.delete(item) && items.size === 0) this.#items.delete(tick);
  }

  /** Takes out everything due at `nowMs`, the earliest first. */
  takeDue(nowMs: number): Item[] {
    const end = Math.floor(nowMs / this.#tickMs);
    if (this.#items.size === 0) this.#next = Math.max(this.#next, end + 1);
    const due: Item[] = [];
    for (; this.#next <= end; this.#next += 1) {
      const items = this.#items.get(this.#next);
      if (items === undefined) continue;
      this.#items.delete(this.#next);
      due.push(...items);
    }
    return due;
  }
}
