/** How many are remembered: 256 KiB in all. */
const SLOTS = 1 << 16;
const LETTERS = 6;

/**
 * Remembers what was seen lately, to tell what comes again from what comes once: to keep results that nobody asks
 * for again costs a third of all the work of answering. Each thing has one place, where the next thing that
 * belongs there takes over, so it may forget; and rarely it takes one thing for another, which only keeps a result
 * too early.
 */
export class RecentlySeen {
  readonly #marks = new Uint32Array(SLOTS);

  /** Whether `tag` was seen before; from now on it was. Tags must be as good as random, as hashes are. */
  seenBefore(tag: string): boolean {
    const mark = markOf(tag);
    const slot = mark & (SLOTS - 1);
    const again = this.#marks[slot] === mark;
    this.#marks[slot] = mark;
    return again;
  }
}

/** A few letters of a hash, mixed as FNV-1a does it; never 0, which is an empty place. */
function markOf(tag: string): number {
  let mark = 0x811c9dc5;
  const start = Math.max(0, tag.length - LETTERS - 1);
  for (let at = start; at < tag.length; at++) mark = Math.imul(mark ^ tag.charCodeAt(at), 0x01000193);
  return mark >>> 0 || 1;
}
