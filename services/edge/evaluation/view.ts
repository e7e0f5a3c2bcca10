import type { EvaluationContext } from "./context/evaluation-context.ts";

/** Who asks: mobile SDKs and browsers see only the flags that are meant for them. */
export type Viewer = "server" | "mobile" | "browser";

/** The flags that a kind of client sees, in one state of the data. Never changes. */
export interface FlagView {
  /** Names the content that results come from: the same on every edge, another as soon as a result may differ. */
  readonly tag: string;
  /** The results of all flags as JSON text: an object, flag key → entry (ld-relay, section 1.6). */
  results(context: EvaluationContext, withReasons: boolean): string;
  /** The entry of one flag as JSON text; `undefined` if this kind of client sees no such flag. */
  result(key: string, context: EvaluationContext, withReasons: boolean): string | undefined;
  /** The keys of the flags whose results may differ from those of an earlier state, also of those gone since. */
  changedSince(before: FlagView): ReadonlySet<string>;
}
