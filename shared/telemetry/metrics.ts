import prometheus from "prom-client";
import { withDeadline } from "../base/deadline.ts";
import type { Counter, Gauge, Histogram, Labels, MetricDefinition, Metrics } from "../base/metrics.ts";
import type { Stop } from "../base/stop-scope.ts";
import type { EnvironmentSource } from "../environments/environment-source.ts";
import { knownSeries } from "./known-series.ts";
import { Tally } from "./tally.ts";

/** Metrics that can be read, as text for Prometheus. */
export interface ReadableMetrics extends Metrics {
  /** From now on the series of each environment that there is, or comes, are there before something is counted. */
  followEnvironments(environments: EnvironmentSource): Stop;
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
  readonly #environments = new Set<string>();
  /** Each makes the series of one metric that are known, for these environments. */
  readonly #startSeries: ((environments: Iterable<string>) => void)[] = [];
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
    this.#start(definition, (labels) => void tally.series(labels));
    return tally;
  }

  gauge<const Label extends string>(definition: MetricDefinition<Label>): Gauge<Label> {
    const options = this.#options("gauge", definition);
    const known = this.#registry.getSingleMetric<Label>(options.name);
    const metric = known instanceof prometheus.Gauge ? known : new prometheus.Gauge<Label>(options);
    if (definition.known !== undefined) this.#start(definition, (labels) => metric.inc(labels, 0));
    return {
      set: (labels, value) => metric.set(labels, value),
      remove: (labels) => metric.remove(labels),
      replace: (series) => {
        metric.reset();
        for (const [labels, value] of series) metric.set(labels, value);
      },
    };
  }

  histogram<const Label extends string>(
    definition: MetricDefinition<Label> & { readonly buckets: readonly number[] },
  ): Histogram<Label> {
    const options = { ...this.#options("histogram", definition), buckets: [...definition.buckets] };
    const known = this.#registry.getSingleMetric<Label>(options.name);
    const metric = known instanceof prometheus.Histogram ? known : new prometheus.Histogram<Label>(options);
    if (metric !== known) this.#start(definition, (labels) => metric.zero(labels));
    return { observe: (labels, value) => metric.observe(labels, value) };
  }

  followEnvironments(environments: EnvironmentSource): Stop {
    return environments.follow({
      added: ({ name }) => {
        if (this.#environments.has(name)) return;
        this.#environments.add(name);
        for (const start of this.#startSeries) start([name]);
      },
      changed: () => undefined,
      // What was counted stays true, and an environment that returns counts on.
      removed: () => undefined,
    });
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

  /** Makes all series of a metric that are known now, and those of environments that come when they do. */
  #start<Label extends string>(
    definition: MetricDefinition<Label>,
    startOne: (labels: Labels<Label>) => void,
  ): void {
    const start = (environments: Iterable<string>): void => {
      for (const labels of knownSeries(definition, environments)) startOne(labels);
    };
    start(this.#environments);
    if ((definition.labels as readonly string[]).includes("environment")) this.#startSeries.push(start);
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
