import {
  type Change,
  type FlagData,
  ITEM_KINDS,
  type Item,
  type ItemKind,
} from "../../../../shared/model/item.ts";
import { sseEvent } from "../sse-event.ts";

/** What a stream shows: `all` is `GET /all`, `flags` the old `GET /flags` (R2.1). */
export type StreamView = "all" | "flags";

const KINDS_SHOWN: Record<StreamView, readonly ItemKind[]> = { all: ITEM_KINDS, flags: ["flags"] };

/** Whether clients of `view` ever hear of items of this kind. */
export function shows(view: StreamView, kind: ItemKind): boolean {
  return KINDS_SHOWN[view].includes(kind);
}

/**
 * `{"flags":{…},"segments":{…}}`: the live items, their texts as they came. Both members are always there and no
 * item is null, because SDKs have failed on either. The body of `GET /sdk/latest-all`, and the data of a `put`.
 */
export function flagDataJson(data: FlagData): string {
  return `{"flags":${itemsJson(data.flags)},"segments":${itemsJson(data.segments)}}`;
}

/** The SSE text of a `put`: all that clients of `view` are to know, whatever they knew before. */
export function putMessage(view: StreamView, data: FlagData): string {
  const json = view === "all" ? `{"path":"/","data":${flagDataJson(data)}}` : itemsJson(data.flags);
  return sseEvent("put", json);
}

/** The SSE text of a `patch` for each change, or of a `delete` where the item is a tombstone. */
export function changesMessage(view: StreamView, changes: Iterable<Change>): string {
  let text = "";
  for (const { kind, key, item } of changes) {
    const path = JSON.stringify(view === "all" ? `/${kind}/${key}` : `/${key}`);
    text += item.deleted
      ? sseEvent("delete", `{"path":${path},"version":${item.version}}`)
      : sseEvent("patch", `{"path":${path},"data":${item.raw}}`);
  }
  return text;
}

/**
 * `{KEY:ITEM,…}`: the live items, their texts as they came. In the order of their keys, because each edge has learnt of
 * them in another: alike data are alike bytes, and have one tag, wherever a client asks.
 */
export function itemsJson(items: ReadonlyMap<string, Item>): string {
  const members: string[] = [];
  for (const key of [...items.keys()].sort()) {
    const item = items.get(key);
    if (item !== undefined && !item.deleted) members.push(`${JSON.stringify(key)}:${item.raw}`);
  }
  return `{${members.join(",")}}`;
}
