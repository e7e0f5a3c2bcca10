import { isUtf8 } from "node:buffer";
import { changedHeaders, type HeaderChanges, headerChanges } from "./header-changes.ts";

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
  /** Of analytics the `X-LaunchDarkly-Payload-ID`, the same on every try; LaunchDarkly counts an id once. */
  readonly id: string;
  readonly kind: PayloadKind;
  /** The SDK's headers to pass on, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it was answered with 202, in milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** How many deliveries have failed. */
  readonly attempts: number;
  /** How many of them because the key, or the path, was refused. */
  readonly refusals?: number;
  /** How often it was a dead letter and was put back. */
  readonly replays?: number;
  /** When that was last, in milliseconds since the epoch: from then on its age is counted. */
  readonly replayedAt?: number;
  /** The very bytes that came, or what the relay made of them for every try alike. */
  readonly body: Buffer;
  /** The relay compressed it; it came, or was made, without compression. */
  readonly compressed?: true;
  /** It comes out of a batch, whole or in part, and never goes into one again. */
  readonly batched?: true;
  /** What the whole of a batch consists of; a part of one has none. */
  readonly members?: readonly BatchMember[];
}

type StoredBody =
  | { readonly text: string }
  | { readonly base64: string }
  /** The body is nothing but what the members say. */
  | Record<never, never>;

/** A payload as it lies in Redis: text stays text, which is smaller than base64 and readable in tools. */
export type StoredPayload = Omit<EventPayload, "body"> & StoredBody;

/** One of a job's payloads, its headers told from those of the one before it. */
type JobPayload = Omit<EventPayload, "body" | "headers"> & StoredBody & { readonly headers: HeaderChanges };

interface PayloadsJob {
  readonly version: 1;
  readonly payloads: readonly JobPayload[];
}

interface FlushJob {
  readonly version: 1;
  readonly flush: string;
}

interface ReleaseJob {
  readonly version: 1;
  readonly release: PayloadKind;
}

/**
 * What a job holds: payloads of one environment that were committed together, the order to flush a batch, or the order
 * to take parked payloads, which then are its own, as the jobs in which they were parked.
 */
export type EventJob = PayloadsJob | FlushJob | ReleaseJob;

/** What a job asks for. */
export type JobContent =
  | { readonly kind: "payloads"; readonly payloads: readonly EventPayload[] }
  /** The batch of this generation is to be closed, and the job to become its delivery. */
  | { readonly kind: "flush"; readonly generation: string }
  /** The oldest parked payloads of this kind are to become the job's own. */
  | { readonly kind: "release"; readonly of: PayloadKind };

/** A job that this version of the relay cannot read, perhaps of a newer one. The message says what is wrong. */
export class UnknownJobError extends Error {
  override readonly name = "UnknownJobError";
}

/** The job of these payloads. */
export function encodeJob(payloads: readonly EventPayload[]): PayloadsJob {
  return {
    version: 1,
    payloads: payloads.map((payload, n) => store(payload, headerChanges(payload, payloads[n - 1]))),
  };
}

/** The job that flushes the batch of this generation. */
export function encodeFlush(generation: string): FlushJob {
  return { version: 1, flush: generation };
}

/** The job that takes parked payloads of this kind. */
export function encodeRelease(kind: PayloadKind): ReleaseJob {
  return { version: 1, release: kind };
}

/** Since when a payload has been tried, in milliseconds since the epoch: its age counts from there. */
export function triedSince({ acceptedAt, replayedAt }: EventPayload): number {
  return replayedAt ?? acceptedAt;
}

/** The payload as it is stored by itself. */
export function storePayload(payload: EventPayload): StoredPayload {
  return store(payload, payload.headers);
}

function store<Headers>({ body, ...rest }: EventPayload, headers: Headers) {
  if (!isUtf8(body)) return { ...rest, headers, base64: body.toString("base64") };
  const text = body.toString("utf8");
  const saidByMembers = rest.members !== undefined && text === joinMembers(rest.members);
  return saidByMembers ? { ...rest, headers } : { ...rest, headers, text };
}

/** The events of all members as one JSON array, each exactly as it is written there. */
export function joinMembers(members: readonly BatchMember[]): string {
  const inner = members.map(({ events }) => events.trim().slice(1, -1).trim());
  return `[${inner.filter((events) => events !== "").join(",")}]`;
}

/** What a job asks for. Throws an {@link UnknownJobError} when it has another shape. */
export function jobContent(job: unknown): JobContent {
  const { version, flush, release } = asRecord(job, "the job");
  if (version === 1 && typeof flush === "string") return { kind: "flush", generation: flush };
  if (version === 1 && isKind(release)) return { kind: "release", of: release };
  return { kind: "payloads", payloads: decodeJob(job) };
}

/** The payloads of a job. Throws an {@link UnknownJobError} when it has another shape. */
export function decodeJob(job: unknown): EventPayload[] {
  const { version, jobs, payloads } = asRecord(job, "the job");
  if (version === 1 && Array.isArray(jobs)) return jobs.flatMap(decodeJob);
  if (version !== 1) throw new UnknownJobError(`the job has version ${String(version)}, not 1`);
  if (!Array.isArray(payloads)) throw new UnknownJobError("the job has no list of payloads");
  let before: EventPayload | undefined;
  return payloads.map((payload: unknown, index) => {
    before = decode(payload, `payload ${index}`, (changes, id) => changedHeaders(changes, id, before));
    return before;
  });
}

/**
 * A payload that was stored by itself. Throws an {@link UnknownJobError}, naming `what`, when it has another shape.
 */
export function decodePayload(value: unknown, what: string): EventPayload {
  return decode(value, what, (headers) => (isTexts(headers) ? headers : undefined));
}

function decode(
  value: unknown,
  what: string,
  readHeaders: (headers: unknown, id: string) => EventPayload["headers"] | undefined,
): EventPayload {
  const record = asRecord(value, what);
  const { id, kind, acceptedAt, attempts, refusals, replays, replayedAt } = record;
  const { batched, compressed, members } = record;
  if (typeof id !== "string") throw new UnknownJobError(`${what} has no id`);
  if (!isKind(kind)) throw new UnknownJobError(`${what} is of the unknown kind ${String(kind)}`);
  const headers = readHeaders(record.headers, id);
  if (headers === undefined) throw new UnknownJobError(`${what} has headers that are not texts`);
  if (typeof acceptedAt !== "number") throw new UnknownJobError(`${what} does not say when it was accepted`);
  if (typeof attempts !== "number") throw new UnknownJobError(`${what} does not count its attempts`);
  if (members !== undefined && !isMembers(members))
    throw new UnknownJobError(`${what} has members that are no payloads`);
  const body = decodeBody(record, members);
  if (body === undefined) throw new UnknownJobError(`${what} has no body`);
  return {
    ...{ id, kind, headers, acceptedAt, attempts, body },
    ...(typeof refusals === "number" && { refusals }),
    ...(typeof replays === "number" && { replays }),
    ...(typeof replayedAt === "number" && { replayedAt }),
    ...(compressed === true && { compressed }),
    ...(batched === true && { batched }),
    ...(members !== undefined && { members }),
  };
}

function decodeBody(
  { text, base64 }: Record<string, unknown>,
  members: readonly BatchMember[] | undefined,
): Buffer | undefined {
  if (typeof text === "string") return Buffer.from(text, "utf8");
  if (typeof base64 === "string") return Buffer.from(base64, "base64");
  return members && Buffer.from(joinMembers(members), "utf8");
}

function isMembers(value: unknown): value is BatchMember[] {
  return (
    Array.isArray(value) &&
    value.every((member: unknown) => {
      const { id, events } = asRecord(member, "a member");
      return typeof id === "string" && typeof events === "string";
    })
  );
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
