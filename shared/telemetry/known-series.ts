import type { Labels, MetricDefinition } from "../base/metrics.ts";

/**
 * The labels of every series of a metric that is known in advance: all combinations of the values of its labels, those of
 * `environment` being `environments`. None if the values of a label are not known.
 */
export function knownSeries<Label extends string>(
  { labels, known = {} }: MetricDefinition<Label>,
  environments: Iterable<string>,
): Labels<Label>[] {
  const names = [...environments];
  let combinations: Record<string, string>[] = [{}];
  for (const label of labels) {
    const values = label === "environment" ? names : (known[label] ?? []);
    combinations = combinations.flatMap((labels) => values.map((value) => ({ ...labels, [label]: value })));
  }
  return combinations as Labels<Label>[];
}
