import { randomUUID } from "node:crypto";
import { gunzipSync, constants as zlib } from "node:zlib";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-job.ts";

const PAYLOAD_ID = "x-launchdarkly-payload-id";

/** What LaunchDarkly wants to know of an SDK and of its payload (SDK protocol, section 2). Never a credential. */
const PASSED_ON = [
  "x-launchdarkly-event-schema",
  PAYLOAD_ID,
  "x-launchdarkly-tags",
  "x-launchdarkly-wrapper",
  "x-launchdarkly-user-agent",
  "x-launchdarkly-instance-id",
  "x-launchdarkly-unsummarized",
  "user-agent",
  "content-type",
  "content-encoding",
];

/**
 * What a request with this body puts into the queue. Analytics without an id get one now, so that every try of
 * their delivery bears the same.
 */
export function toPayload(
  kind: PayloadKind,
  headers: Headers,
  body: Buffer,
  acceptedAt: number,
): EventPayload {
  const passedOn: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = headers.get(name);
    if (value !== null) passedOn[name] = value;
  }
  const actualKind = startsAnObject(body, isGzip(headers)) ? asDiagnostic(kind) : kind;
  const id = passedOn[PAYLOAD_ID] || randomUUID();
  if (actualKind.endsWith("-analytics")) passedOn[PAYLOAD_ID] = id;
  return { id, kind: actualKind, headers: passedOn, acceptedAt, attempts: 0, body };
}

/** Whether the request says that its body is compressed with gzip. */
export function isGzip(headers: Headers): boolean {
  return /\bgzip\b/i.test(headers.get("content-encoding") ?? "");
}

/**
 * Analytics are arrays; an object is a diagnostic event that some SDKs, after a failure, send once more on the
 * path of analytics (SDK protocol, section 2).
 */
function asDiagnostic(kind: PayloadKind): PayloadKind {
  switch (kind) {
    case "server-analytics":
    case "server-diagnostic":
      return "server-diagnostic";
    case "mobile-analytics":
    case "mobile-diagnostic":
      return "mobile-diagnostic";
    case "browser-analytics":
    case "browser-diagnostic":
      return "browser-diagnostic";
  }
}

function startsAnObject(body: Buffer, gzip: boolean): boolean {
  const start = gzip ? inflatedStart(body) : body.subarray(0, 64);
  return /^\s*\{/.test(start.toString("latin1"));
}

/** The first bytes of a compressed body; nothing if it is damaged, which its receiver will see. */
function inflatedStart(body: Buffer): Buffer {
  try {
    // So few bytes inflate to half a megabyte at most, and they hold the first symbols even after a code table.
    return gunzipSync(body.subarray(0, 512), { finishFlush: zlib.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
