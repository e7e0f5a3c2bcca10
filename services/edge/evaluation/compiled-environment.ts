import { hash } from "node:crypto";
import {
  type Change,
  type FlagData,
  ITEM_KINDS,
  type Item,
  type ItemKind,
} from "../../../shared/model/item.ts";
import { compileFlag, compileSegmentItem, type FlagEntry, type SegmentEntry } from "./compiled-item.ts";
import { dependentsOf, type ItemName, itemName, placeOf, reachableFrom } from "./references.ts";
import { FlagView, type Viewer } from "./view.ts";

interface Entries {
  readonly flags: ReadonlyMap<string, FlagEntry>;
  readonly segments: ReadonlyMap<string, SegmentEntry>;
}

/** Flags and segments of an environment, ready to be evaluated. Never changes: a change makes another. */
export class CompiledEnvironment {
  readonly #entries: Entries;
  readonly #views = new Map<Viewer, FlagView>();

  private constructor(entries: Entries) {
    this.#entries = entries;
  }

  /**
   * Compiles all of `data`. The `version` of results is that of their flag, or `environmentVersion` if given: a number
   * that rises with every change of the environment.
   */
  static of(data: FlagData, environmentVersion?: number): CompiledEnvironment {
    const none: Entries = { flags: new Map(), segments: new Map() };
    const all = ITEM_KINDS.flatMap((kind) => [...data[kind].keys()].map((key) => itemName(kind, key)));
    return new CompiledEnvironment(withCompiled(none, all, data, environmentVersion));
  }

  /**
   * The environment after `changes`, which lead to `data`. What rests on something that changed is compiled anew, so
   * that it is known to differ; all the rest is shared.
   */
  changed(data: FlagData, changes: readonly Change[], environmentVersion?: number): CompiledEnvironment {
    const changed = changes.map(({ kind, key }) => itemName(kind, key));
    const concerned = dependentsOf(changed, this.#entries);
    return new CompiledEnvironment(withCompiled(this.#entries, concerned, data, environmentVersion));
  }

  view(viewer: Viewer): FlagView {
    const known = this.#views.get(viewer);
    if (known !== undefined) return known;
    const seen = [...this.#entries.flags].filter(
      ([, { visibility }]) => viewer === "server" || visibility[viewer],
    );
    const view = new FlagView(this.#entries, new Map(seen), () => this.#tagOf(seen.map(([key]) => key)));
    this.#views.set(viewer, view);
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
    return hash("sha1", JSON.stringify([flags.toSorted(), contents]), "base64url");
  }
}

/** `entries` with the named items compiled from `data`; those that are not there are taken out. */
function withCompiled(
  entries: Entries,
  names: Iterable<ItemName>,
  data: FlagData,
  environmentVersion: number | undefined,
): Entries {
  const flags = new Map(entries.flags);
  const segments = new Map(entries.segments);
  for (const name of names) {
    const { kind, key } = placeOf(name);
    const item = liveItem(data, kind, key);
    if (kind === "flags") put(flags, key, item && compileFlag(key, item, environmentVersion));
    else put(segments, key, item && compileSegmentItem(item));
  }
  return { flags, segments };
}

function liveItem(data: FlagData, kind: ItemKind, key: string): Item | undefined {
  const item = data[kind].get(key);
  return item?.deleted ? undefined : item;
}

function put<Entry>(entries: Map<string, Entry>, key: string, entry: Entry | undefined): void {
  if (entry === undefined) entries.delete(key);
  else entries.set(key, entry);
}
