import { UserError } from "../../../shared/base/errors.ts";
import type { DeadLetter } from "../../../shared/queue/dead-letter.ts";
import { plainBody } from "../../../shared/queue/payload-body.ts";
import type { LetterFilter } from "./command.ts";
import type { EnvironmentEvents } from "./environment-events.ts";
import { formatAge, formatBytes, table } from "./table.ts";

/** A dead letter, and whose it is. */
export interface FoundLetter {
  readonly owner: EnvironmentEvents;
  readonly letter: DeadLetter;
}

/**
 * The letters that a filter means, oldest first within each environment. Rejects with a {@link UserError} at the end
 * if nothing was found for an id: it names one letter, so that is a mistake, while a filter may well find nothing.
 */
export async function* findLetters(
  owners: readonly EnvironmentEvents[],
  { reason, ids }: LetterFilter,
  sinceMs: number,
): AsyncGenerator<FoundLetter> {
  const wanted = reason?.toLowerCase() ?? "";
  const missing = new Set(ids);
  for (const owner of owners)
    for await (const letter of owner.deadLetters.list()) {
      const meant = ids.filter((id) => isCalled(letter, id));
      for (const id of meant) missing.delete(id);
      if (
        letter.diedAt >= sinceMs &&
        letter.cause.reason.toLowerCase().includes(wanted) &&
        (ids.length === 0 || meant.length > 0)
      )
        yield { owner, letter };
    }
  if (missing.size > 0) throw new UserError(missingText([...missing]));
}

/** A letter goes by its own id, which the command prints, and by its payload's, which the log names. */
function isCalled({ id, payload }: DeadLetter, begins: string): boolean {
  return id.startsWith(begins) || payload.id.startsWith(begins);
}

function missingText(ids: readonly string[]): string {
  return `there is no dead letter with the id, or of the payload with the id, ${ids.map((id) => `"${id}"`).join(" or ")}`;
}

/** A letter as machines read it. */
export interface LetterRecord {
  readonly id: string;
  readonly payloadId: string;
  readonly environment: string;
  readonly reason: string;
  /** What LaunchDarkly answered last, if it answered. */
  readonly status: number | null;
  readonly attempts: number;
  /** ISO 8601. */
  readonly acceptedAt: string;
  /** Of the body, compressed if it came so. */
  readonly bytes: number;
}

export function letterRecord({ owner, letter: { id, cause, payload } }: FoundLetter): LetterRecord {
  return {
    id,
    payloadId: payload.id,
    environment: owner.name,
    reason: cause.reason,
    status: cause.status ?? null,
    attempts: payload.attempts,
    acceptedAt: new Date(payload.acceptedAt).toISOString(),
    bytes: payload.body.byteLength,
  };
}

/** Of an id, what tells it from the others for a person, who may also type it. */
const SHORT_ID = 12;

/** The letters in a table for people. */
export function lettersTable(records: readonly LetterRecord[], now: number): string {
  return table(
    ["ID", "ENVIRONMENT", "ATTEMPTS", "ACCEPTED", "SIZE", "PAYLOAD", "REASON"],
    records.map(({ id, environment, attempts, acceptedAt, bytes, payloadId, reason }) => [
      id.slice(0, SHORT_ID),
      environment,
      `${attempts}`,
      `${formatAge(now - Date.parse(acceptedAt))} ago`,
      formatBytes(bytes),
      payloadId,
      reason,
    ]),
  );
}

/** Everything about a letter except its body, line by line. */
export function describeLetter(found: FoundLetter): string {
  const { cause, diedAt, payload } = found.letter;
  const facts = {
    ...letterRecord(found),
    answer: cause.answer,
    diedAt: new Date(diedAt).toISOString(),
    replays: payload.replays ?? 0,
    kind: payload.kind,
    ...payload.headers,
  };
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${value ?? ""}`)
    .join("\n");
}

/** The body as text, without its compression; one that is no text, or damaged, in base64. */
export async function bodyText({ letter: { payload } }: FoundLetter): Promise<string> {
  const plain = await plainBody(payload).catch(() => payload.body);
  const text = plain.toString("utf8");
  return Buffer.from(text, "utf8").equals(plain) ? text : plain.toString("base64");
}
