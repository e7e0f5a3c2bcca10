import { isUtf8 } from "node:buffer";

export const PAYLOAD_KINDS = [
  "server-analytics",
  "server-diagnostic",
  "mobile-analytics",
  "mobile-diagnostic",
  "browser-analytics",
  "browser-diagnostic",
] as const;

/** Which SDKs a payload comes from, and whether it holds analytics events (an array) or one diagnostic event. */
export type PayloadKind = (typeof PAYLOAD_KINDS)[number];

/** The body of one POST from an SDK, on its way to LaunchDarkly. Never holds a key: keys rotate. */
export interface EventPayload {
  /** Of analytics the `X-LaunchDarkly-Payload-ID`, the same on every try; LaunchDarkly counts an id once. */
  readonly id: string;
  readonly kind: PayloadKind;
  /** The SDK's headers to pass on, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was answered with 202, in milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** How many deliveries have failed. */
  readonly attempts: number;
  /** How often it was a dead letter and was put back. */
  readonly replays?: number;
  /** When that was last, in milliseconds since the epoch: from then on its age is counted. */
  readonly replayedAt?: number;
  /** The very bytes that came. */
  readonly body: Buffer;
}

type StoredBody = { readonly text: string } | { readonly base64: string };

/** A payload as it lies in Redis: text stays text, which is smaller than base64 and readable in tools. */
export type StoredPayload = Omit<EventPayload, "body"> & StoredBody;

/** What a job holds: the payloads of one environment that were committed together. */
export interface EventJob {
  readonly version: 1;
  readonly payloads: readonly StoredPayload[];
}

/** A job that this version of the relay cannot read, perhaps of a newer one. The message says what is wrong. */
export class UnknownJobError extends Error {
  override readonly name = "UnknownJobError";
}

/** The job of these payloads. */
export function encodeJob(payloads: readonly EventPayload[]): EventJob {
  return { version: 1, payloads: payloads.map(storePayload) };
}

/** The payload as it is stored. */
export function storePayload({ body, ...rest }: EventPayload): StoredPayload {
  return isUtf8(body)
    ? { ...rest, text: body.toString("utf8") }
    : { ...rest, base64: body.toString("base64") };
}

/** The payloads of a job. Throws an {@link UnknownJobError} when it has another shape. */
export function decodeJob(job: unknown): EventPayload[] {
  const { version, payloads } = asRecord(job, "the job");
  if (version !== 1) throw new UnknownJobError(`the job has version ${String(version)}, not 1`);
  if (!Array.isArray(payloads)) throw new UnknownJobError("the job has no list of payloads");
  return payloads.map((payload: unknown, index) => decodePayload(payload, `payload ${index}`));
}

/** A payload as it was stored. Throws an {@link UnknownJobError}, naming `what`, when it has another shape. */
export function decodePayload(value: unknown, what: string): EventPayload {
  const { id, kind, headers, acceptedAt, attempts, replays, replayedAt, text, base64 } = asRecord(
    value,
    what,
  );
  const body =
    typeof text === "string"
      ? Buffer.from(text, "utf8")
      : typeof base64 === "string"
        ? Buffer.from(base64, "base64")
        : undefined;
  if (typeof id !== "string") throw new UnknownJobError(`${what} has no id`);
  if (!isKind(kind)) throw new UnknownJobError(`${what} is of the unknown kind ${String(kind)}`);
  if (!isTexts(headers)) throw new UnknownJobError(`${what} has headers that are not texts`);
  if (typeof acceptedAt !== "number") throw new UnknownJobError(`${what} does not say when it was accepted`);
  if (typeof attempts !== "number") throw new UnknownJobError(`${what} does not count its attempts`);
  if (body === undefined) throw new UnknownJobError(`${what} has no body`);
  return {
    id,
    kind,
    headers,
    acceptedAt,
    attempts,
    ...(typeof replays === "number" && { replays }),
    ...(typeof replayedAt === "number" && { replayedAt }),
    body,
  };
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new UnknownJobError(`${what} is no object`);
  return value as Record<string, unknown>;
}

function isKind(value: unknown): value is PayloadKind {
  return PAYLOAD_KINDS.some((kind) => kind === value);
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
