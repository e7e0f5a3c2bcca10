import { hash } from "node:crypto";
import { type Change, type FlagData, ITEM_KINDS } from "../../../shared/model/item.ts";
import { CommonParts } from "./common-parts.ts";
import { compileFlag, compileSegmentItem, type FlagEntry, type SegmentEntry } from "./compiled-item.ts";
import { dependentsOf, type ItemName, itemName, placeOf, reachableFrom } from "./references.ts";
import { FlagView, type SdkKind } from "./view.ts";

interface Entries {
  readonly flags: ReadonlyMap<string, FlagEntry>;
  readonly segments: ReadonlyMap<string, SegmentEntry>;
}

/** Flags and segments of an environment, ready to be evaluated. Never changes: a change makes another. */
export class CompiledEnvironment {
  readonly #entries: Entries;
  readonly #common: CommonParts;
  readonly #views = new Map<SdkKind, FlagView>();

  private constructor(entries: Entries, common: CommonParts) {
    this.#entries = entries;
    this.#common = common;
  }

  /**
   * Compiles all of `data`. The `version` of results is that of their flag, or `environmentVersion` if given: a number
   * that rises with every change of the environment.
   */
  static of(data: FlagData, environmentVersion?: number): CompiledEnvironment {
    const none: Entries = { flags: new Map(), segments: new Map() };
    const common = new CommonParts([]);
    const all = ITEM_KINDS.flatMap((kind) => [...data[kind].keys()].map((key) => itemName(kind, key)));
    return new CompiledEnvironment(withCompiled(none, all, data, common, environmentVersion), common);
  }

  /**
   * The environment after `changes`, which lead to `data`. What rests on something that changed is compiled anew, so
   * that it is known to differ; all the rest is shared.
   */
  changed(data: FlagData, changes: readonly Change[], environmentVersion?: number): CompiledEnvironment {
    const common = this.#common.next(this.#entries.flags.values());
    const changed = changes.map(({ kind, key }) => itemName(kind, key));
    const concerned = dependentsOf(changed, this.#entries);
    return new CompiledEnvironment(
      withCompiled(this.#entries, concerned, data, common, environmentVersion),
      common,
    );
  }

  view(sdkKind: SdkKind): FlagView {
    const known = this.#views.get(sdkKind);
    if (known !== undefined) return known;
    // In the order of their keys, so that results are alike on every edge, in whatever order it learnt of the flags.
    const seen = [...this.#entries.flags]
      .filter(([, { visibility }]) => sdkKind === "server" || visibility[sdkKind])
      .sort(([one], [other]) => (one < other ? -1 : 1));
    const items = { ...this.#entries, targetedKeys: this.#common.targetedKeys };
    const view = new FlagView(items, new Map(seen), () => this.#tagOf(seen.map(([key]) => key)));
    this.#views.set(sdkKind, view);
    return view;
  }

  /** From the contents of all that the results of these flags rest on. */
  #tagOf(flags: readonly string[]): string {
    const names = reachableFrom(
      flags.map((key) => itemName("flags", key)),
      this.#entries,
    );
    const contents = [...names].sort().map((name) => {
      const { kind, key } = placeOf(name);
      return [name, this.#entries[kind].get(key)?.digest];
    });
    return hash("sha1", JSON.stringify([flags, contents]), "base64url");
  }
}

/** `entries` with the named items compiled from `data`; those that are not there are taken out. */
function withCompiled(
  entries: Entries,
  names: Iterable<ItemName>,
  data: FlagData,
  common: CommonParts,
  environmentVersion: number | undefined,
): Entries {
  const flags = new Map(entries.flags);
  const segments = new Map(entries.segments);
  for (const name of names) {
    const { kind, key } = placeOf(name);
    const item = data[kind].get(key);
    if (item === undefined || item.deleted) (kind === "flags" ? flags : segments).delete(key);
    else if (kind === "segments") segments.set(key, compileSegmentItem(item, common.clauses));
    else {
      const flag = compileFlag(key, item, common.clauses, environmentVersion);
      common.include(flag);
      flags.set(key, flag);
    }
  }
  return { flags, segments };
}
