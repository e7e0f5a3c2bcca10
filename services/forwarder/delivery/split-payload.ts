import { createHash } from "node:crypto";
import { type EventPayload, joinMembers } from "../../../shared/queue/event-payload.ts";
import { uncompressed, withBody } from "../../../shared/queue/payload-body.ts";
import { arrayOf, eventTexts } from "./payload-events.ts";

const TOO_LARGE = 413;
const PAYLOAD_ID_HEADER = "x-launchdarkly-payload-id";

/**
 * What a payload that is refused as a whole breaks up into. One that we compressed, and that is not too large, goes once
 * more as it was before, because a proxy may take no gzip: refused as it was, it may have the same id. Otherwise its members, if it was merged from several, so that a bad
 * one spoils only itself; else the two halves of its events; `undefined` if it has no two events. The parts' ids
 * derive from its own; their bytes count from the moment they are recorded in the job.
 */
export async function splitPayload(
  payload: EventPayload,
  status = TOO_LARGE,
): Promise<readonly EventPayload[] | undefined> {
  if (payload.compressed && status !== TOO_LARGE)
    return [{ ...(await uncompressed(payload)), attempts: payload.attempts + 1 }];
  return isMerged(payload) ? members(payload) : halves(payload);
}

/** Whether a payload that is refused as bad may be taken in another form. */
export function hasOtherForm(payload: EventPayload): boolean {
  return isMerged(payload) || payload.compressed === true;
}

/** Whether the payload was merged from several. */
export function isMerged({ members = [] }: EventPayload): boolean {
  return members.length > 1;
}

function members(payload: EventPayload): EventPayload[] {
  const { members = [] } = payload;
  const withEvents = members.filter((member) => joinMembers([member]) !== "[]");
  const { compressed: _, ...plain } = payload;
  const { "content-encoding": __, ...headers } = payload.headers;
  return withEvents.map(({ id, events }) => ({
    ...partOf({ ...plain, headers }, id),
    body: Buffer.from(events),
  }));
}

async function halves(payload: EventPayload): Promise<EventPayload[] | undefined> {
  const texts = payload.kind.endsWith("-analytics") ? await eventTexts(payload) : undefined;
  if (texts === undefined || texts.length < 2) return undefined;
  const middle = Math.floor(texts.length / 2);
  const half = (name: string, some: readonly string[]): Promise<EventPayload> =>
    withBody(partOf(payload, name), arrayOf(some));
  return Promise.all([half("0", texts.slice(0, middle)), half("1", texts.slice(middle))]);
}

function partOf({ members: _, ...payload }: EventPayload, name: string): EventPayload {
  const id = partId(payload.id, name);
  // The refusal of the whole was a try of its parts, too.
  return {
    ...payload,
    id,
    headers: { ...payload.headers, [PAYLOAD_ID_HEADER]: id },
    attempts: payload.attempts + 1,
  };
}

/** The id of a part of a payload: a UUID that follows from both (RFC 9562, section 5.8), as SDKs send UUIDs. */
export function partId(parentId: string, part: string): string {
  const bytes = createHash("sha256").update(`${parentId}\n${part}`).digest().subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
