import { UserError } from "../../../shared/base/errors.ts";
import { duration } from "../../../shared/config/values/duration.ts";

/** The time that `--since` means, in milliseconds since the epoch. Throws a {@link UserError} for other texts. */
export function sinceTime(text: string, now: number): number {
  const ago = duration.schema.safeParse(text);
  if (ago.success) return now - ago.data;
  const at = Date.parse(text);
  if (Number.isNaN(at))
    throw new UserError(
      `--since ${text}: neither a duration such as 90m nor a time such as 2026-01-31T12:00Z`,
    );
  return at;
}
