import type { EvaluationContext } from "../../evaluation/context/evaluation-context.ts";
import type { FlagView } from "../../evaluation/view.ts";
import { sseEvent, sseEventBytes } from "../sse-event.ts";

/** What a client wants to know: the results for whom, and whether with the reasons. */
export interface Subscription {
  readonly context: EvaluationContext;
  readonly withReasons: boolean;
}

/** A state of the flags, and the number that its newest results have as their version. */
export interface ResultsState {
  readonly view: FlagView;
  readonly version: number;
}

/** A `put`, in the bytes of SSE: all results, whatever the client knew before. */
export function resultsPut({ view }: ResultsState, { context, withReasons }: Subscription): Buffer {
  return sseEventBytes("put", view.results(context, withReasons));
}

/**
 * The SSE text of a `patch` or `delete` for each flag among `keys` whose result is another after than before; empty
 * if there is none.
 */
export function resultsDelta(
  before: FlagView,
  after: ResultsState,
  keys: Iterable<string>,
  { context, withReasons }: Subscription,
): string {
  const resultBefore = before.resultsOneByOne(context, withReasons);
  const resultAfter = after.view.resultsOneByOne(context, withReasons);
  let text = "";
  for (const key of keys) {
    const had = resultBefore(key);
    const has = resultAfter(key);
    if (has !== undefined) {
      if (had === undefined || !sameResult(had, has))
        text += sseEvent("patch", `{"key":${JSON.stringify(key)},${has.slice(1)}`);
    } else if (had !== undefined) {
      text += sseEvent("delete", `{"key":${JSON.stringify(key)},"version":${after.version}}`);
    }
  }
  return text;
}

/** Whether two entries say the same: their environment-wide version, which rises with every change, says nothing. */
function sameResult(one: string, other: string): boolean {
  return one === other || withoutVersion(one) === withoutVersion(other);
}

/**
 * The text is not parsed, because a value may be large. Where a value of JSON has such members itself, these are taken
 * out instead, which at worst tells a client of a result that it has.
 */
function withoutVersion(entry: string): string {
  return entry.replace(/,"version":\d+(?=,"flagVersion":)/, "");
}
