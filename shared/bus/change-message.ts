import { z } from "zod";
import type { Change } from "../model/item.ts";
import { NOWHERE, type Position, samePosition } from "../model/position.ts";
import type { Write } from "./environment-store.ts";

/** What is published with every write. */
export interface ChangeMessage {
  readonly position: Position;
  /** Redis's position before the write: the changes apply only there (F2). */
  readonly previous: Position;
  /** When upstream's event arrived, in milliseconds since the epoch. */
  readonly receivedAtMs: number;
  /** `undefined`: they are too large, or not applicable as patches: read the snapshot (L6). */
  readonly changes: readonly Change[] | undefined;
}

/** Above this many characters of item text, a snapshot is cheaper than a message to every edge. */
const MAX_CONTENT_LENGTH = 256 * 1024;

/** The message for a write, with its content only where edges can use that. */
export function changeMessage(
  position: Position,
  previous: Position,
  receivedAtMs: number,
  { changes, asPatches }: Pick<Write, "changes" | "asPatches">,
): ChangeMessage {
  const length = changes.reduce((sum, change) => sum + change.item.raw.length, 0);
  const usable = asPatches && length <= MAX_CONTENT_LENGTH && !samePosition(previous, NOWHERE);
  return { position, previous, receivedAtMs, changes: usable ? changes : undefined };
}

const wirePosition = z.tuple([z.number(), z.string()]);
const wireMessage = z.object({
  at: wirePosition,
  previous: wirePosition,
  receivedAt: z.number(),
  changes: z
    .array(z.tuple([z.enum(["flags", "segments"]), z.string(), z.number(), z.boolean(), z.string()]))
    .optional(),
});

/** Items travel as JSON strings, not as JSON, so that their text arrives exactly as it is. */
export function encodeChangeMessage(message: ChangeMessage): string {
  return JSON.stringify({
    at: [message.position.offset, message.position.stamp],
    previous: [message.previous.offset, message.previous.stamp],
    receivedAt: message.receivedAtMs,
    changes: message.changes?.map(({ kind, key, item }) => [kind, key, item.version, item.deleted, item.raw]),
  } satisfies z.input<typeof wireMessage>);
}

/** Throws a `SyntaxError` or `ZodError` for text that no writer of ours has published. */
export function decodeChangeMessage(text: string): ChangeMessage {
  const { at, previous, receivedAt, changes } = wireMessage.parse(JSON.parse(text));
  return {
    position: { offset: at[0], stamp: at[1] },
    previous: { offset: previous[0], stamp: previous[1] },
    receivedAtMs: receivedAt,
    changes: changes?.map(([kind, key, version, deleted, raw]) => ({
      kind,
      key,
      item: { version, deleted, raw },
    })),
  };
}
