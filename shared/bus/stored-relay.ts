import { z } from "zod";
import { type ContentSum, decodeSum, encodeSum } from "../model/content-sum.ts";
import { type Item, parseItem } from "../model/item.ts";
import type { Position } from "../model/position.ts";
import type { UpstreamError } from "../model/upstream-state.ts";
import type { RelayStatus, Snapshot, StoredSum } from "./environment-store.ts";

/** Reads what Redis holds. Whatever else somebody wrote there must not stop a relay, so nothing here throws for it. */

const upstreamError = z.object({
  kind: z.enum(["UNKNOWN", "NETWORK_ERROR", "ERROR_RESPONSE", "INVALID_DATA", "STORE_ERROR"]),
  time: z.number(),
});
const relayHash = z.object({
  offset: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .catch(0),
  stamp: z.string().catch(""),
  seenAt: z.coerce.number().catch(0),
  state: z.enum(["INITIALIZING", "VALID", "INTERRUPTED", "OFF"]).optional().catch(undefined),
  since: z.coerce.number().catch(0),
  lastError: z.string().transform(readUpstreamError).optional(),
  aliveAt: z.coerce.number().catch(0),
  envId: z.string().optional(),
  claim: z.string().optional(),
  sum: z.string().optional(),
  receivedAt: z.string().optional(),
});

/** The fields of `P:$relay`, from the flat reply to `HGETALL`. */
export function readRelayHash(reply: unknown): RelayStatus & Pick<Snapshot, "sum" | "receivedAtMs"> {
  const { offset, stamp, seenAt, state, since, lastError, aliveAt, envId, claim, sum, receivedAt } =
    relayHash.parse(Object.fromEntries(pairs(reply)));
  const upstream = state && {
    state,
    since,
    aliveAt,
    ...(lastError && { lastError }),
    ...(envId && { envId }),
  };
  const position = { offset, stamp };
  return {
    position,
    seenAt,
    upstream,
    claim: claim || undefined,
    sum: readSum(sum, position),
    receivedAtMs: readTime(receivedAt, position),
  };
}

/**
 * The sum as a write stores it: with the stamp of its position, because a writer of an earlier version moves on and
 * leaves the sum as it was.
 */
export function storedSum(sum: ContentSum, { stamp }: Pick<Position, "stamp">): string {
  return `${stamp} ${encodeSum(sum)}`;
}

/** What a relay hash says of the sum at a position. */
export function readSum(text: string | undefined, { stamp }: Position): StoredSum {
  const [, writtenAt, digits] = /^(\S+) ([0-9a-f]{16})$/.exec(text ?? "") ?? [];
  if (digits === undefined) return undefined;
  return writtenAt === stamp ? decodeSum(digits) : "outdated";
}

/** When what led to a write arrived, with the stamp of its position, as a {@link storedSum} has it. */
export function storedTime(receivedAtMs: number, { stamp }: Pick<Position, "stamp">): string {
  return `${stamp} ${receivedAtMs}`;
}

function readTime(text: string | undefined, { stamp }: Position): number {
  return text?.startsWith(`${stamp} `) ? Number(text.slice(stamp.length + 1)) || 0 : 0;
}

function readUpstreamError(json: string): UpstreamError | undefined {
  try {
    return upstreamError.parse(JSON.parse(json));
  } catch {
    return undefined; // empty: there was none
  }
}

/** A hash's fields, from the flat reply to `HGETALL` or `HSCAN`. */
export function readTexts(reply: unknown): ReadonlyMap<string, string> {
  return new Map(pairs(reply));
}

/** A hash of items, from the flat reply to `HGETALL`. What cannot be read counts as deleted long ago. */
export function readItems(reply: unknown): Map<string, Item> {
  return new Map([...pairs(reply)].map(([key, raw]) => [key, readItem(raw)]));
}

function readItem(raw: string): Item {
  try {
    return parseItem(raw);
  } catch {
    return { version: 0, deleted: true, raw };
  }
}

function* pairs(reply: unknown): Generator<[string, string]> {
  const flat = z.array(z.string()).parse(reply);
  for (let i = 0; i + 1 < flat.length; i += 2) yield [flat[i] ?? "", flat[i + 1] ?? ""];
}
