import { type Memberships, NO_MEMBERSHIPS } from "./big-segments.ts";
import type { FlagEntry } from "./compiled-item.ts";
import type { EvaluationContext } from "./context/evaluation-context.ts";
import { type Items, Run } from "./run.ts";

/** Who asks: mobile SDKs and browsers see only the flags that are meant for them. */
export type Viewer = "server" | "mobile" | "browser";

/** The flags that a kind of client sees, in one state of the data. Never changes. */
export class FlagView {
  readonly #items: Items;
  readonly #flags: ReadonlyMap<string, FlagEntry>;
  readonly #tagOf: () => string;
  readonly #dynamic: readonly FlagEntry[];
  /** The results that are the same for all contexts, without and with reasons. */
  readonly #constant: { readonly [withReasons in "true" | "false"]: string };
  #tag: string | undefined;

  /** `flags` are those that are seen, `items` all that their rules may refer to. */
  constructor(items: Items, flags: ReadonlyMap<string, FlagEntry>, tagOf: () => string) {
    this.#items = items;
    this.#flags = flags;
    this.#tagOf = tagOf;
    const entries = [...flags.values()];
    const constants = entries.flatMap(({ compiled }) => compiled.constant ?? []);
    const joined = (withReasons: boolean): string =>
      constants.map((outcome) => outcome.member(withReasons)).join("");
    this.#dynamic = entries.filter(({ compiled }) => compiled.constant === undefined);
    this.#constant = { true: joined(true), false: joined(false) };
  }

  /** Names the content that results come from: the same on every edge, another as soon as a result may differ. */
  get tag(): string {
    this.#tag ??= this.#tagOf();
    return this.#tag;
  }

  /** The results of all flags as JSON text: an object, flag key → entry (ld-relay, section 1.6). */
  results(
    context: EvaluationContext,
    withReasons: boolean,
    memberships: Memberships = NO_MEMBERSHIPS,
  ): string {
    const run = new Run(context, this.#items, memberships);
    let members = this.#constant[`${withReasons}`];
    for (const { compiled } of this.#dynamic) members += compiled.evaluate(run).member(withReasons);
    return `{${members.slice(1)}}`;
  }

  /** The entry of one flag as JSON text; `undefined` if this kind of client sees no such flag. */
  result(
    key: string,
    context: EvaluationContext,
    withReasons: boolean,
    memberships: Memberships = NO_MEMBERSHIPS,
  ): string | undefined {
    const flag = this.#flags.get(key)?.compiled;
    const member = flag?.evaluate(new Run(context, this.#items, memberships)).member(withReasons);
    return member?.slice(`,${JSON.stringify(key)}:`.length);
  }

  /** The keys of the flags whose results may differ from those of an earlier state, also of those gone since. */
  changedSince(before: FlagView): ReadonlySet<string> {
    const changed = new Set<string>();
    for (const [key, entry] of this.#flags) if (before.#flags.get(key) !== entry) changed.add(key);
    for (const key of before.#flags.keys()) if (!this.#flags.has(key)) changed.add(key);
    return changed;
  }
}
