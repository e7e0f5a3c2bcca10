import type { Counter, Labels, Series } from "../base/metrics.ts";

/** What was counted of one series, found by the values of its labels, one after the other. */
class Place implements Series {
  readonly #next = new Map<string, Place>();
  /** What was counted since it was last passed on. */
  pending = 0;
  isSeries = false;

  add(amount = 1): void {
    this.pending += amount;
  }

  next(value: string): Place {
    const known = this.#next.get(value);
    if (known !== undefined) return known;
    const place = new Place();
    this.#next.set(value, place);
    return place;
  }
}

/** The counter that a {@link Tally} passes on to. */
type Target<Label extends string> = Pick<Counter<Label>, "add">;

/**
 * A counter that passes on what it counted when it is asked to. Prometheus's own makes a text of all labels each time,
 * which costs more than some requests that are counted with it.
 */
export class Tally<Label extends string> implements Counter<Label> {
  readonly #labels: readonly Label[];
  readonly #target: Target<Label>;
  readonly #root = new Place();
  readonly #series = new Map<Place, Labels<Label>>();

  /** `labels` are the names of those that the counter has. */
  constructor(labels: readonly Label[], target: Target<Label>) {
    this.#labels = labels;
    this.#target = target;
  }

  add(labels: Labels<Label>, amount = 1): void {
    this.series(labels).add(amount);
  }

  series(labels: Labels<Label>): Series {
    let place = this.#root;
    for (const label of this.#labels) place = place.next(labels[label]);
    if (!place.isSeries) {
      place.isSeries = true;
      this.#series.set(place, labels);
      this.#target.add(labels, 0);
    }
    return place;
  }

  passOn(): void {
    for (const [place, labels] of this.#series) {
      if (place.pending === 0) continue;
      this.#target.add(labels, place.pending);
      place.pending = 0;
    }
  }
}
