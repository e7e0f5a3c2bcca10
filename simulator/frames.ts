import type { FlagData, Item, ItemKind } from "../shared/model/item.ts";
import type { Content } from "./content.ts";

/** `all` is today's stream; `flags` is the old one without segments (S1). */
export type StreamKind = "all" | "flags";

/** One server-sent event; data that contain line breaks become several `data:` lines, as the standard asks. */
function frame(event: string, data: string): Buffer {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return Buffer.from(`event: ${event}\n${lines.join("")}\n`);
}

/** All data as a stream begins with them, and as they replace others. */
export function putFrame(stream: StreamKind, data: FlagData): Buffer {
  return frame("put", stream === "all" ? `{"path":"/","data":${allText(data)}}` : mapText(data.flags));
}

/** One new or changed item; `undefined` where this kind of stream says nothing of such items. */
export function patchFrame(stream: StreamKind, { kind, key, raw }: Content): Buffer | undefined {
  const path = pathOf(stream, kind, key);
  return path === undefined ? undefined : frame("patch", `{"path":${path},"data":${raw}}`);
}

/** One deleted item; `undefined` where this kind of stream says nothing of such items. */
export function deleteFrame(
  stream: StreamKind,
  kind: ItemKind,
  key: string,
  version: number,
): Buffer | undefined {
  const path = pathOf(stream, kind, key);
  return path === undefined ? undefined : frame("delete", `{"path":${path},"version":${version}}`);
}

/** All data as the body of a poll. */
export function allText(data: FlagData): string {
  return `{"flags":${mapText(data.flags)},"segments":${mapText(data.segments)}}`;
}

/** An item's path as JSON. */
function pathOf(stream: StreamKind, kind: ItemKind, key: string): string | undefined {
  if (stream === "all") return JSON.stringify(`/${kind}/${key}`);
  return kind === "flags" ? JSON.stringify(`/${key}`) : undefined;
}

function mapText(items: ReadonlyMap<string, Item>): string {
  const members = [...items].map(([key, { raw }]) => `${JSON.stringify(key)}:${raw}`);
  return `{${members.join(",")}}`;
}
