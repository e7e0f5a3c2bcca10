/** A metric's name (without the common prefix), its help text and the names of its labels. */
export interface MetricDefinition<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

export interface Counter<Label extends string> {
  add(labels: Labels<Label>, amount?: number): void;
}

export interface Gauge<Label extends string> {
  set(labels: Labels<Label>, value: number): void;
  /** Forgets the series, for example of an environment that was removed. */
  remove(labels: Labels<Label>): void;
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
