import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { elementTexts } from "../../shared/model/raw-json.ts";
import type { EventPayload } from "../../shared/queue/event-job.ts";

/** What sampling never takes away: LaunchDarkly's counts rest on these. */
const KEPT_KINDS: ReadonlySet<unknown> = new Set(["summary", "index", "identify"]);

/** Beyond this a compressed payload is not looked into, and goes on whole. */
const MAX_INFLATED_BYTES = 64 * 1024 * 1024;

const inflate = promisify(gunzip);

/** Whether the payload is the one of `interval` that keeps all its events. Of an id it is always the same. */
export function winsSampling(payloadId: string, interval: number): boolean {
  return createHash("sha256").update(payloadId).digest().readUIntBE(0, 6) % interval === 0;
}

/**
 * The payload after sampling by `[Events] samplingInterval`: itself, or with fewer events, or `undefined` if none
 * is left. Decided by the payload's id, so that a retry decides alike. Intervals of 0 and 1 take nothing away,
 * and diagnostics, and what is no array of events, go on as they are.
 */
export async function sample(payload: EventPayload, interval: number): Promise<EventPayload | undefined> {
  if (interval <= 1 || !payload.kind.endsWith("-analytics") || winsSampling(payload.id, interval))
    return payload;
  const events = await eventTexts(payload);
  if (events === undefined) return payload;
  const kept = events.filter((text) => KEPT_KINDS.has(kindOf(text)));
  if (kept.length === events.length) return payload;
  if (kept.length === 0) return undefined;
  const { "content-encoding": _, ...headers } = payload.headers;
  return { ...payload, headers, body: Buffer.from(`[${kept.join(",")}]`) };
}

/** The raw text of each event; nothing if the body is no array of JSON, which LaunchDarkly may then refuse. */
async function eventTexts({ headers, body }: EventPayload): Promise<string[] | undefined> {
  try {
    const gzip = /\bgzip\b/i.test(headers["content-encoding"] ?? "");
    const plain = gzip ? await inflate(body, { maxOutputLength: MAX_INFLATED_BYTES }) : body;
    const json = plain.toString("utf8");
    return Array.isArray(JSON.parse(json)) ? elementTexts(json) : undefined;
  } catch {
    return undefined;
  }
}

function kindOf(event: string): unknown {
  const parsed: unknown = JSON.parse(event);
  return typeof parsed === "object" && parsed !== null && "kind" in parsed ? parsed.kind : undefined;
}
