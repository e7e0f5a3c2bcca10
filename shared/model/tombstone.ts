import type { Item, ItemKind } from "./item.ts";

/**
 * The tombstone of an item that was deleted at `version`: a complete object, because PHP SDKs decode before they
 * look at `deleted`, and keyed `$deleted` as the Go relay writes it (S6 and S10).
 */
export function tombstone(kind: ItemKind, version: number): Item {
  const fields =
    kind === "flags"
      ? {
          key: "$deleted",
          on: false,
          prerequisites: [],
          targets: [],
          contextTargets: [],
          rules: [],
          fallthrough: {},
          offVariation: null,
          variations: [],
          clientSide: false,
          salt: "",
          trackEvents: false,
          trackEventsFallthrough: false,
          debugEventsUntilDate: null,
        }
      : {
          key: "$deleted",
          included: [],
          excluded: [],
          includedContexts: [],
          excludedContexts: [],
          salt: "",
          rules: [],
        };
  return { version, deleted: true, raw: JSON.stringify({ ...fields, version, deleted: true }) };
}
