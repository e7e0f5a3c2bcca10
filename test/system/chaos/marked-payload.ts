import { hash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { SeededRandom } from "../../support/bus-world/seeded-random.ts";
import { type Contents, SDK_KINDS, type SdkKind } from "./event-address.ts";

/** A payload as an SDK would send it, each of whose events can be told from all others. */
export interface MarkedPayload {
  readonly sdk: SdkKind;
  readonly contents: Contents;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** What LaunchDarkly counts it once by; SDKs as old as PHP's give analytics no id. */
  readonly id: string | undefined;
  /** One for each event: the key of a custom event or of the flag that was evaluated, or the id of a diagnostic. */
  readonly markers: readonly string[];
  /** Whether the relay makes a summary of it, so that it goes out in a batch under an id of the batch's. */
  readonly summarised: boolean;
}

/** The largest body that the simulated LaunchDarkly takes. No event that is made here is larger. */
export const LARGEST_BODY = 12_000;

/** Makes payload number `n` of a round, of any kind of SDK. */
export function markedPayload(random: SeededRandom, round: string, n: number): MarkedPayload {
  const sdk = random.pick(SDK_KINDS);
  const name = `${round}-${n}`;
  return random.chance(0.15) ? diagnostic(sdk, name) : analytics(random, sdk, name);
}

/** SDKs give diagnostics no payload id: LaunchDarkly tells them apart by what is in them. */
function diagnostic(sdk: SdkKind, marker: string): MarkedPayload {
  const event = { kind: "diagnostic", id: { diagnosticId: marker }, creationDate: 1_700_000_000_000 };
  return {
    ...{ sdk, contents: "diagnostic", id: diagnosticId(marker), markers: [marker], summarised: false },
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(event)),
  };
}

/** The id by which a diagnostic counts once, unlike any of a payload of analytics. */
export function diagnosticId(marker: string): string {
  return `diagnostic ${marker}`;
}

/** Small, large, compressed, without an id, to be summarised. */
function analytics(random: SeededRandom, sdk: SdkKind, name: string): MarkedPayload {
  const summarised = random.chance(0.25);
  const large = random.chance(0.1);
  const count = large ? random.between(15, 50) : random.between(1, 4);
  const markers = Array.from({ length: count }, (_, i) => `${name}-${i}`);
  const evaluation = (): boolean => summarised && random.chance(0.5);
  const events = markers.map((marker) =>
    evaluation() ? evaluationEvent(marker) : customEvent(marker, large ? noise(random, 600) : ""),
  );
  const id = random.chance(0.85) ? uuid(random) : undefined;
  const json = Buffer.from(JSON.stringify(events));
  const gzip = random.chance(0.3);
  return {
    ...{ sdk, contents: "analytics" },
    headers: {
      "content-type": "application/json",
      "x-launchdarkly-event-schema": "4",
      ...(id !== undefined && { "x-launchdarkly-payload-id": id }),
      ...(summarised && { "x-launchdarkly-unsummarized": "true" }),
      ...(gzip && { "content-encoding": "gzip" }),
    },
    body: gzip ? gzipSync(json) : json,
    ...{ id, markers, summarised },
  };
}

/** The body, decompressed if it is compressed, in so few letters that all of a long run can be kept. */
export function digest(body: Buffer): string {
  return wireDigest(body[0] === 0x1f ? gunzipSync(body) : body);
}

/** The very bytes, likewise. */
export function wireDigest(body: Buffer): string {
  return hash("sha256", body, "base64");
}

const ABOUT = { creationDate: 1_700_000_000_000, context: { kind: "user", key: "somebody" } };

function customEvent(key: string, data: string): unknown {
  return { kind: "custom", key, data, ...ABOUT };
}

function evaluationEvent(key: string): unknown {
  return { kind: "feature", key, version: 1, variation: 0, value: true, trackEvents: false, ...ABOUT };
}

/** Text that gzip cannot make much shorter. */
function noise(random: SeededRandom, length: number): string {
  return Array.from({ length }, () => random.between(0, 35).toString(36)).join("");
}

function uuid(random: SeededRandom): string {
  const hex = Array.from({ length: 32 }, () => random.between(0, 15).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
