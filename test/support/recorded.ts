import type { Logger } from "../../shared/base/logger.ts";
import type { Metrics } from "../../shared/base/metrics.ts";

/** A logger whose lines a test can read. */
export class RecordedLog implements Logger {
  readonly lines: string[] = [];

  debug(message: string, facts?: unknown): void {
    this.#note("debug", message, facts);
  }

  info(message: string, facts?: unknown): void {
    this.#note("info", message, facts);
  }

  warn(message: string, facts?: unknown): void {
    this.#note("warn", message, facts);
  }

  error(message: string, facts?: unknown): void {
    this.#note("error", message, facts);
  }

  child(): Logger {
    return this;
  }

  #note(level: string, message: string, facts: unknown): void {
    this.lines.push(`${level} ${message} ${JSON.stringify(facts ?? {})}`);
  }
}

/** Metrics whose values a test can read, by name and labels: `name{a,b}`. */
export class RecordedMetrics implements Metrics {
  readonly values = new Map<string, number>();
  readonly #collectors: (() => void | Promise<void>)[] = [];

  counter({ name }: { name: string }) {
    const add = (labels: Readonly<Record<string, string>>, amount = 1): void => {
      const series = seriesOf(name, labels);
      this.values.set(series, (this.values.get(series) ?? 0) + amount);
    };
    return {
      add,
      series: (labels: Readonly<Record<string, string>>) => ({
        add: (amount?: number) => add(labels, amount),
      }),
    };
  }

  gauge({ name }: { name: string }) {
    return {
      set: (labels: Readonly<Record<string, string>>, value: number) =>
        void this.values.set(seriesOf(name, labels), value),
      remove: (labels: Readonly<Record<string, string>>) => void this.values.delete(seriesOf(name, labels)),
      replace: (series: Iterable<readonly [Readonly<Record<string, string>>, number]>) => {
        for (const known of [...this.values.keys()])
          if (known.startsWith(`${name}{`)) this.values.delete(known);
        for (const [labels, value] of series) this.values.set(seriesOf(name, labels), value);
      },
    };
  }

  histogram({ name }: { name: string }) {
    const count = this.counter({ name: `${name}_count` });
    return { observe: (labels: Readonly<Record<string, string>>) => count.add(labels) };
  }

  beforeRead(collect: () => void | Promise<void>): void {
    this.#collectors.push(collect);
  }

  async read(): Promise<Map<string, number>> {
    for (const collect of this.#collectors) await collect();
    return this.values;
  }
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}{${Object.values(labels).join(",")}}`;
}

/** Resolves once `holds`; rejects with what was waited for after 20 s. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
