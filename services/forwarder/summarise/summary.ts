import type { EvaluationEvent } from "./evaluation-event.ts";
import { memberText, objectText } from "./json-text.ts";

interface Counter {
  /** The first evaluation of those that are counted. */
  readonly first: EvaluationEvent;
  count: number;
}

interface FlagSummary {
  readonly default: string;
  /** By variation and version. */
  readonly counters: Map<string, Counter>;
  readonly contextKinds: Set<string>;
}

/** Counts evaluations: how often which variation of which version of which flag was given. */
export class Summary {
  readonly #flags = new Map<string, FlagSummary>();
  #startDate = Number.POSITIVE_INFINITY;
  #endDate = Number.NEGATIVE_INFINITY;

  count(event: EvaluationEvent): void {
    this.#startDate = Math.min(this.#startDate, event.creationDate);
    this.#endDate = Math.max(this.#endDate, event.creationDate);
    const { counters, contextKinds } = this.#flagOf(event);
    for (const kind of event.context.keys.keys()) contextKinds.add(kind);
    const which = `${event.variation ?? ""}:${event.version ?? ""}`;
    const counter = counters.get(which);
    if (counter === undefined) counters.set(which, { first: event, count: 1 });
    else counter.count += 1;
  }

  /** The `summary` event; nothing if nothing was counted. */
  text(): string | undefined {
    if (this.#flags.size === 0) return undefined;
    const flags = [...this.#flags].map(([flag, summary]) => memberText(flag, flagText(summary)));
    return objectText({
      kind: '"summary"',
      startDate: String(this.#startDate),
      endDate: String(this.#endDate),
      features: `{${flags.join(",")}}`,
    });
  }

  #flagOf(event: EvaluationEvent): FlagSummary {
    const known = this.#flags.get(event.flag);
    if (known !== undefined) return known;
    const summary = { default: event.default, counters: new Map(), contextKinds: new Set<string>() };
    this.#flags.set(event.flag, summary);
    return summary;
  }
}

function flagText(flag: FlagSummary): string {
  return objectText({
    default: flag.default,
    counters: `[${[...flag.counters.values()].map(counterText).join(",")}]`,
    contextKinds: JSON.stringify([...flag.contextKinds]),
  });
}

function counterText({ first, count }: Counter): string {
  return objectText({
    variation: first.variation,
    version: first.version,
    unknown: first.version === undefined ? "true" : undefined,
    value: first.value,
    count: String(count),
  });
}
