import { z } from "zod";
import { readFlagData } from "../../model/flag-data-text.ts";
import { type Change, type FlagData, ITEM_KINDS, itemFrom } from "../../model/item.ts";
import { memberSlices } from "../../model/raw-json.ts";
import { tombstone } from "../../model/tombstone.ts";

/** What an event of LaunchDarkly's stream says. */
export type FlagEvent =
  | { readonly kind: "put"; readonly data: FlagData }
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "ignored" };

/** LaunchDarkly, or something in between, sent what no flag data can look like: reconnect. */
export class InvalidEventError extends Error {
  override readonly name = "InvalidEventError";
}

const putEvent = z.object({ data: z.unknown() });
const patchEvent = z.object({ path: z.string(), data: z.unknown() });
const deleteEvent = z.object({ path: z.string(), version: z.number().int() });

/**
 * Reads one event (S1 and S10). Unknown names and paths are ignored, as newer streams may
 * have more; broken JSON and the wrong shape throw an {@link InvalidEventError}. Items keep their text as it came.
 */
export function readFlagEvent(name: string, text: string): FlagEvent {
  try {
    if (name === "put") return { kind: "put", data: readPut(text) };
    if (name === "patch") return readPatch(text);
    if (name === "delete") return readDelete(text);
    return { kind: "ignored" };
  } catch (error) {
    throw new InvalidEventError(`unreadable "${name}" event from LaunchDarkly`, { cause: error });
  }
}

function readPut(text: string): FlagData {
  const { data } = putEvent.parse(JSON.parse(text));
  return readFlagData(data, text, memberStart(text, 0, "data"));
}

function readPatch(text: string): FlagEvent {
  const { path, data } = patchEvent.parse(JSON.parse(text));
  const place = itemPlace(path);
  if (place === undefined) return { kind: "ignored" };
  const slice = memberSlices(text).get("data");
  const item = itemFrom(data, text.slice(slice?.start, slice?.end));
  return { kind: "change", change: { ...place, item } };
}

function readDelete(text: string): FlagEvent {
  const { path, version } = deleteEvent.parse(JSON.parse(text));
  const place = itemPlace(path);
  if (place === undefined) return { kind: "ignored" };
  return { kind: "change", change: { ...place, item: tombstone(place.kind, version) } };
}

/** `/flags/KEY` or `/segments/KEY`; a key may hold anything, and is not escaped. */
function itemPlace(path: string): Pick<Change, "kind" | "key"> | undefined {
  const kind = ITEM_KINDS.find((candidate) => path.startsWith(`/${candidate}/`));
  return kind && { kind, key: path.slice(kind.length + 2) };
}

function memberStart(text: string, from: number, name: string): number {
  const slice = memberSlices(text, from).get(name);
  if (slice === undefined) throw new TypeError(`no member "${name}"`);
  return slice.start;
}
