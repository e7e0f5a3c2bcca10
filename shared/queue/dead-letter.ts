import { createHash } from "node:crypto";
import type { EventPayload } from "./event-payload.ts";
import { decodePayload, type StoredPayload } from "./stored-payload.ts";
import { UnknownJobError } from "./unknown-job-error.ts";

/** Why a payload will not be delivered. */
export interface CauseOfDeath {
  readonly reason: string;
  /** What LaunchDarkly answered last, if it answered. */
  readonly status?: number;
  /** How the body of that answer began: often the only thing that says what is wrong with the payload. */
  readonly answer?: string;
}

/** A dead letter as it lies in Redis. */
export interface StoredLetter extends CauseOfDeath {
  readonly version: 1;
  readonly payload: StoredPayload;
}

/** A payload that could not be delivered. */
export interface DeadLetter {
  /** Made by {@link letterId}. */
  readonly id: string;
  readonly cause: CauseOfDeath;
  /** When it was given up, in milliseconds since the epoch. */
  readonly diedAt: number;
  readonly payload: EventPayload;
}

/**
 * The same for the same payload, however often it dies before it is put back, and another one afterwards: so a
 * payload is kept once, and removing a letter that was replayed spares its successor. Safe for BullMQ whatever an
 * SDK sent as its id.
 */
export function letterId({ id, replays = 0 }: EventPayload): string {
  return `${createHash("sha256").update(id).digest("hex")}-${replays}`;
}

/** What was stored. Throws an {@link UnknownJobError} when it has another shape. */
export function decodeLetter(id: string, diedAt: number, value: unknown): DeadLetter {
  if (typeof value !== "object" || value === null || !("payload" in value))
    throw new UnknownJobError("the dead letter has no payload");
  const { reason, status, answer, payload } = value as Partial<Record<keyof StoredLetter, unknown>>;
  const cause = {
    reason: typeof reason === "string" ? reason : "unknown",
    ...(typeof status === "number" && { status }),
    ...(typeof answer === "string" && { answer }),
  };
  return { id, cause, diedAt, payload: decodePayload(payload, "the dead letter's payload") };
}

/** The payload of a letter as it is tried anew: as if just accepted, under its own id. */
export function revived({ payload }: DeadLetter, now: number): EventPayload {
  const { refusals: _, ...rest } = payload;
  return { ...rest, attempts: 0, replays: (payload.replays ?? 0) + 1, replayedAt: now };
}
