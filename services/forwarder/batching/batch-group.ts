import { type EventPayload, PAYLOAD_KINDS, type PayloadKind } from "../../../shared/queue/event-payload.ts";

/** What the payloads of one batch have in common (R8.2). */
export interface BatchGroup {
  readonly kind: PayloadKind;
  /** Of the payloads that come in. */
  readonly schema: number;
  readonly tags: string | undefined;
  /** Whether they must be summarised, or only merged. */
  readonly summarise: boolean;
}

/** The first schema whose SDKs send summaries themselves. */
const SUMMARISED_SINCE = 3;

/**
 * The batch that a payload belongs into; nothing if it is delivered directly, as diagnostics are, and what came out
 * of a batch, and without `merge` all that its SDK has summarised (R8.1).
 */
export function batchGroup(payload: EventPayload, merge: boolean): BatchGroup | undefined {
  const { kind, headers, batched } = payload;
  if (batched || !kind.endsWith("-analytics")) return undefined;
  const schema = schemaOf(headers["x-launchdarkly-event-schema"]);
  const summarise = "x-launchdarkly-unsummarized" in headers || schema < SUMMARISED_SINCE;
  if (!summarise && !merge) return undefined;
  return { kind, schema, tags: headers["x-launchdarkly-tags"], summarise };
}

/** The group as a batch in Redis bears it: the same text for the same group. */
export function groupText({ kind, schema, tags, summarise }: BatchGroup): string {
  return JSON.stringify({ kind, schema, tags, summarise });
}

/** The group that a batch bears. Throws a `TypeError` if it is none, as that of another version of the relay. */
export function readGroup(text: string): BatchGroup {
  const { kind, schema, tags, summarise } = JSON.parse(text) as Partial<Record<string, unknown>>;
  const known = PAYLOAD_KINDS.find((one) => one === kind);
  if (
    known === undefined ||
    typeof schema !== "number" ||
    typeof summarise !== "boolean" ||
    (tags !== undefined && typeof tags !== "string")
  )
    throw new TypeError("a batch of an unknown kind");
  return { kind: known, schema, tags, summarise };
}

/** No schema, or no whole number, is the first one. */
function schemaOf(header: string | undefined): number {
  return header !== undefined && /^[+-]?\d+$/.test(header) ? Number(header) : 1;
}
