import prometheus from "prom-client";
import { withDeadline } from "../base/deadline.ts";
import type { Counter, Gauge, Histogram, MetricDefinition, Metrics } from "../base/metrics.ts";
import { Tally } from "./tally.ts";

/** Metrics that can be read, as text for Prometheus. */
export interface ReadableMetrics extends Metrics {
  /** All metrics at this moment. A collector that fails or hangs is counted and costs only its own values. */
  read(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/** Scrapers give up after 10 s by default; a hanging Redis must not cost them the other values. */
const collectorDeadlineMs = 2000;

/**
 * Metrics of this process under `prefix` (`<prefix>_<name>`), beside the usual `process_…` and `nodejs_…` ones.
 * Characters that Prometheus does not allow in a name become `_`, as in ld-relay.
 */
export function createMetrics(prefix: string): ReadableMetrics {
  return new PrometheusMetrics(prefix.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/^(?=\d)/, "_"));
}

type Collector = () => void | Promise<void>;

class PrometheusMetrics implements ReadableMetrics {
  readonly #prefix: string;
  readonly #registry = new prometheus.Registry();
  readonly #shapes = new Map<string, string>();
  readonly #collectors: Collector[] = [];
  readonly #tallies: { passOn(): void }[] = [];
  readonly #failures: Counter<never>;

  constructor(prefix: string) {
    this.#prefix = prefix;
    prometheus.collectDefaultMetrics({ register: this.#registry });
    this.#failures = this.counter({
      name: "metrics_collection_failures_total",
      help: "Values missing from a reading of these metrics because asking for them failed or took too long",
      labels: [],
    });
  }

  counter<const Label extends string>(definition: MetricDefinition<Label>): Counter<Label> {
    const options = this.#options("counter", definition);
    const known = this.#registry.getSingleMetric<Label>(options.name);
    const metric = known instanceof prometheus.Counter ? known : new prometheus.Counter<Label>(options);
    const tally = new Tally(definition.labels, { add: (labels, amount = 1) => metric.inc(labels, amount) });
    this.#tallies.push(tally);
    return tally;
  }

  gauge<const Label extends string>(definition: MetricDefinition<Label>): Gauge<Label> {
    const options = this.#options("gauge", definition);
    const known = this.#registry.getSingleMetric<Label>(options.name);
    const metric = known instanceof prometheus.Gauge ? known : new prometheus.Gauge<Label>(options);
    return { set: (labels, value) => metric.set(labels, value), remove: (labels) => metric.remove(labels) };
  }

  histogram<const Label extends string>(
    definition: MetricDefinition<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    const options = { ...this.#options("histogram", definition), buckets: [...definition.buckets] };
    const known = this.#registry.getSingleMetric<Label>(options.name);
    const metric = known instanceof prometheus.Histogram ? known : new prometheus.Histogram<Label>(options);
    return { observe: (labels, value) => metric.observe(labels, value) };
  }

  beforeRead(collect: Collector): void {
    this.#collectors.push(collect);
  }

  async read(): Promise<{ readonly contentType: string; readonly text: string }> {
    const outcomes = await Promise.allSettled(
      this.#collectors.map(async (collect) =>
        withDeadline(Promise.resolve(collect()), collectorDeadlineMs, "collecting a metric"),
      ),
    );
    this.#failures.add({}, outcomes.filter(({ status }) => status === "rejected").length);
    for (const tally of this.#tallies) tally.passOn();
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** What to make a metric from. Throws if the name was asked for before with another kind or other labels. */
  #options<Label extends string>(kind: string, { name, help, labels }: MetricDefinition<Label>) {
    const shape = `${kind} {${[...labels].sort().join(", ")}}`;
    const known = this.#shapes.get(name);
    if (known !== undefined && known !== shape)
      throw new Error(`metric ${name} is a ${known}, not a ${shape}`);
    this.#shapes.set(name, shape);
    return { name: `${this.#prefix}_${name}`, help, labelNames: [...labels], registers: [this.#registry] };
  }
}
