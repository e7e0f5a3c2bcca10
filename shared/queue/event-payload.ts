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

/** One of the payloads that a batch was merged from. */
export interface BatchMember {
  /** The id of the payload that an SDK sent. */
  readonly id: string;
  /** What would be posted of it alone: a JSON array of events. */
  readonly events: string;
}

/** The body of one POST, as an SDK sent it or out of a batch, on its way to LaunchDarkly. Never holds a key: keys rotate. */
export interface EventPayload {
  /** Of analytics the `X-LaunchDarkly-Payload-ID`, the same on every attempt; LaunchDarkly counts an id once. */
  readonly id: string;
  readonly kind: PayloadKind;
  /** The SDK's headers to pass on, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was answered with 202, in milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** How many deliveries have failed. */
  readonly attempts: number;
  /** How many of them because the key or the path was rejected. */
  readonly refusals?: number;
  /** How often it was replayed as a dead letter. */
  readonly replays?: number;
  /** When that was last, in milliseconds since the epoch; its age counts from then on. */
  readonly replayedAt?: number;
  /** The bytes received, or what the relay made of them for all attempts (E3). */
  readonly body: Buffer;
  /** The relay has compressed it. */
  readonly compressed?: true;
  /** It is the result of a batch, or a part of one, and is never batched again. */
  readonly batched?: true;
  /** The payloads merged into it; a part of a batch has none. */
  readonly members?: readonly BatchMember[];
}

export function isPayloadKind(value: unknown): value is PayloadKind {
  return PAYLOAD_KINDS.some((kind) => kind === value);
}

/** Since when a payload has been tried, in milliseconds since the epoch: its age counts from there. */
export function triedSince({ acceptedAt, replayedAt }: EventPayload): number {
  return replayedAt ?? acceptedAt;
}

/** The events of all members as one JSON array, each exactly as it is written there. */
export function joinMembers(members: readonly BatchMember[]): string {
  const inner = members.map(({ events }) => events.trim().slice(1, -1).trim());
  return `[${inner.filter((events) => events !== "").join(",")}]`;
}
