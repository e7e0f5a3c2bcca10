/** A metric's name (without the common prefix), its help text and the names of its labels. */
export interface MetricDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
  /**
   * The values of labels that are known in advance; those of `environment` are the environments' names and need not be
   * given. With all labels known, every series of a counter or histogram is there from the start, with 0: Prometheus's
   * `increase()` does not see the step of a series from nothing to 1. A gauge starts with 0 only if this is given.
   */
  readonly known?: { readonly [Name in Label]?: readonly string[] };
}

export type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** One series of a counter. */
export interface Series {
  /** Counts `amount`, 1 unless told. Costs an addition. */
  add(amount?: number): void;
}

export interface Counter<Label extends string> {
  add(labels: Labels<Label>, amount?: number): void;
  /** The series with these labels, which is there from now on: for what is counted too often to look it up each time. */
  series(labels: Labels<Label>): Series;
}

export interface Gauge<Label extends string> {
  set(labels: Labels<Label>, value: number): void;
  /** Forgets the series, for example of an environment that was removed. */
  remove(labels: Labels<Label>): void;
  /** Sets all series that there are, and forgets all others. */
  replace(series: Iterable<readonly [labels: Labels<Label>, value: number]>): void;
}

export interface Histogram<Label extends string> {
  observe(labels: Labels<Label>, value: number): void;
}

/**
 * Where parts of the relay count. Names and units follow Prometheus conventions (`_total`, `_seconds`,
 * `_bytes`). Asking twice for one name gives the same metric. Implemented in `shared/lifecycle`.
 */
export interface Metrics {
  counter<const Label extends string>(definition: MetricDefinition<Label>): Counter<Label>;
  gauge<const Label extends string>(definition: MetricDefinition<Label>): Gauge<Label>;
  histogram<const Label extends string>(
    definition: MetricDefinition<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label>;
  /** Calls `collect` before the metrics are read, for values that are cheaper to ask for than to keep. */
  beforeRead(collect: () => void | Promise<void>): void;
}
