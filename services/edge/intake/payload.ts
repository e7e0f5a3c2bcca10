import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { EventPayload, PayloadKind } from "../../../shared/queue/event-payload.ts";

const PAYLOAD_ID = "x-launchdarkly-payload-id";

/** What LaunchDarkly wants to know of an SDK and of its payload (S2). Never a credential. */
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
  headers: IncomingHttpHeaders,
  body: Buffer,
  acceptedAt: number,
): EventPayload {
  const passedOn: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = headers[name];
    if (typeof value === "string") passedOn[name] = value;
  }
  const id = passedOn[PAYLOAD_ID] || randomUUID();
  if (kind.endsWith("-analytics")) passedOn[PAYLOAD_ID] = id;
  return { id, kind, headers: passedOn, acceptedAt, attempts: 0, body };
}

/**
 * What a body that begins so is, having come on the path of `kind`. Analytics are arrays; an object is a diagnostic
 * event that some SDKs, after a failure, send once more on the path of analytics (S2).
 */
export function actualKind(kind: PayloadKind, start: Buffer): PayloadKind {
  return startsAnObject(start) ? asDiagnostic(kind) : kind;
}

function startsAnObject(start: Buffer): boolean {
  for (const byte of start) if (!isBlank(byte)) return byte === 0x7b;
  return false;
}

/** As JSON has it (RFC 8259, section 2). */
function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

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
