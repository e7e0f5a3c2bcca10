import { ITEM_KINDS, type ItemKind } from "../../../shared/model/item.ts";
import type { References } from "./compiled-item.ts";

/** An item of an environment as one text. */
export type ItemName = `${ItemKind}/${string}`;

export function itemName(kind: ItemKind, key: string): ItemName {
  return `${kind}/${key}`;
}

/** What {@link itemName} made a name of. */
export function placeOf(name: ItemName): { readonly kind: ItemKind; readonly key: string } {
  const slash = name.indexOf("/");
  return { kind: name.slice(0, slash) as ItemKind, key: name.slice(slash + 1) };
}

/** What refers to what in an environment. */
export interface ReferenceGraph {
  readonly flags: ReadonlyMap<string, { readonly references: References }>;
  readonly segments: ReadonlyMap<string, { readonly references: References }>;
}

/** All that the given items rest on, directly or not, and these themselves; what does not exist is named as well. */
export function reachableFrom(names: Iterable<ItemName>, graph: ReferenceGraph): Set<ItemName> {
  return closure(names, (name) => referencesOf(name, graph));
}

/** All that rests on the given items, directly or not, and these themselves. */
export function dependentsOf(names: Iterable<ItemName>, graph: ReferenceGraph): Set<ItemName> {
  const referrers = new Map<ItemName, ItemName[]>();
  for (const kind of ITEM_KINDS)
    for (const key of graph[kind].keys()) {
      const referrer = itemName(kind, key);
      for (const name of referencesOf(referrer, graph)) {
        const others = referrers.get(name);
        if (others === undefined) referrers.set(name, [referrer]);
        else others.push(referrer);
      }
    }
  return closure(names, (name) => referrers.get(name) ?? []);
}

function referencesOf(name: ItemName, graph: ReferenceGraph): ItemName[] {
  const { kind, key } = placeOf(name);
  const references = graph[kind].get(key)?.references;
  return ITEM_KINDS.flatMap((kind) => references?.[kind].map((key) => itemName(kind, key)) ?? []);
}

function closure(names: Iterable<ItemName>, next: (name: ItemName) => readonly ItemName[]): Set<ItemName> {
  const found = new Set(names);
  for (const name of found) for (const one of next(name)) found.add(one);
  return found;
}
