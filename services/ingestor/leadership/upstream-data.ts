import { type FlagData, withChanges } from "../../../shared/model/item.ts";
import type { FlagEvent } from "../../../shared/upstream/fdv1/flag-event.ts";

/**
 * What an upstream stream has said so far, after one more event; `undefined` before its first `put`. A `put` is the
 * truth whatever the versions. A patch or delete counts only above the version that this stream has said, equal
 * never; tombstones in Redis do not count, so an item that LaunchDarkly made anew is not held back by them.
 */
export function upstreamDataAfter(
  upstreamData: FlagData | undefined,
  event: FlagEvent,
): FlagData | undefined {
  if (event.kind === "put") return event.data;
  if (event.kind === "ignored" || upstreamData === undefined) return upstreamData;
  const { kind, key, item } = event.change;
  const known = upstreamData[kind].get(key);
  return known !== undefined && item.version <= known.version
    ? upstreamData
    : withChanges(upstreamData, [event.change]);
}
