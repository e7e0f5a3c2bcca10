import { isUtf8 } from "node:buffer";
import { type BatchMember, type EventPayload, isPayloadKind, joinMembers } from "./event-payload.ts";
import { UnknownJobError } from "./unknown-job-error.ts";

type StoredBody =
  | { readonly text: string }
  | { readonly base64: string }
  /** The body is the concatenation of the members' bodies. */
  | Record<never, never>;

/**
 * A payload as it lies in Redis: text stays text, which is smaller than base64 and readable in tools. Its headers stand
 * there in full, or as how they differ from another payload's.
 */
export type StoredPayload<Headers = EventPayload["headers"]> = Omit<EventPayload, "body" | "headers"> &
  StoredBody & { readonly headers: Headers };

/** The payload as it is stored with these headers. */
export function storeWithHeaders<Headers>(
  { body, ...rest }: EventPayload,
  headers: Headers,
): StoredPayload<Headers> {
  if (!isUtf8(body)) return { ...rest, headers, base64: body.toString("base64") };
  const text = body.toString("utf8");
  const saidByMembers = rest.members !== undefined && text === joinMembers(rest.members);
  return saidByMembers ? { ...rest, headers } : { ...rest, headers, text };
}

/** The payload as it is stored by itself. */
export function storePayload(payload: EventPayload): StoredPayload {
  return storeWithHeaders(payload, payload.headers);
}

/**
 * A payload that was stored by itself. Throws an {@link UnknownJobError}, naming `what`, when it has another shape.
 */
export function decodePayload(value: unknown, what: string): EventPayload {
  return decodeWithHeaders(value, what, (headers) => (isTexts(headers) ? headers : undefined));
}

/**
 * A payload whose headers `readHeaders` makes of those that are stored; `undefined` if they are none. Throws an
 * {@link UnknownJobError}, naming `what`, when it has another shape.
 */
export function decodeWithHeaders(
  value: unknown,
  what: string,
  readHeaders: (headers: unknown, id: string) => EventPayload["headers"] | undefined,
): EventPayload {
  const record = asRecord(value, what);
  const { id, kind, acceptedAt, attempts, refusals, replays, replayedAt } = record;
  const { batched, compressed, members } = record;
  if (typeof id !== "string") throw new UnknownJobError(`${what} has no id`);
  if (!isPayloadKind(kind)) throw new UnknownJobError(`${what} is of the unknown kind ${String(kind)}`);
  const headers = readHeaders(record.headers, id);
  if (headers === undefined) throw new UnknownJobError(`${what} has headers that are not texts`);
  if (typeof acceptedAt !== "number") throw new UnknownJobError(`${what} has no time of acceptance`);
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

/** What was read, as an object. Throws an {@link UnknownJobError}, naming `what`, for anything else. */
export function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new UnknownJobError(`${what} is no object`);
  return value as Record<string, unknown>;
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

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((text) => typeof text === "string")
  );
}
