import type { DescribedContext } from "./described-context.ts";

/** Which contexts were described already. Remembers the latest `capacity`; those forgotten are described again. */
export class ContextMemory {
  readonly #capacity: number;
  /** From the one not seen for longest to the latest. */
  readonly #known = new Set<string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Remembers the context; whether it was unknown. Two with the same kinds and keys are the same. */
  isNew({ keys }: DescribedContext): boolean {
    const identity = JSON.stringify([...keys].sort(([one], [other]) => (one < other ? -1 : 1)));
    const known = this.#known.delete(identity);
    this.#known.add(identity);
    for (const oldest of this.#known) {
      if (this.#known.size <= this.#capacity) break;
      this.#known.delete(oldest);
    }
    return !known;
  }
}
