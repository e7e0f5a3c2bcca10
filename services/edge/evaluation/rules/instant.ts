/** A moment: milliseconds since the epoch, and the nanoseconds beyond them. */
export interface Instant {
  readonly ms: number;
  readonly nanoseconds: number;
}

const RFC3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2})(?!\p{ASCII}))/u;
/** The moment that Go takes for none at all. */
const GO_ZERO_MS = -62_135_596_800_000;

/**
 * What a clause or context gives for a moment: milliseconds since the epoch, or a text by RFC 3339 as the Go relay
 * reads it, which is a little wider (one digit of the hour, second 60, offsets up to +99:59, anything after `Z`, or
 * after an offset unless it begins with ASCII).
 */
export function instantOf(value: unknown): Instant | undefined {
  if (typeof value === "number") return instantOfMs(Math.trunc(value));
  const parts = typeof value === "string" ? RFC3339.exec(value) : null;
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const [fraction = "", sign, offsetHours, offsetMinutes] = parts.slice(7);
  if (Number(offsetMinutes ?? 0) > 59) return undefined;
  const offset = (Number(offsetHours ?? 0) * 60 + Number(offsetMinutes ?? 0)) * (sign === "-" ? 1 : -1);
  const nanoseconds = Number(fraction.padEnd(9, "0"));
  // Not `Date.UTC`, which takes the years up to 99 for those of the 20th century.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute + offset, second, Math.floor(nanoseconds / 1e6));
  return { ms: date.getTime(), nanoseconds: nanoseconds % 1e6 };
}

/** The last millisecond before 64 bits of nanoseconds end, in the year 2262; the first is as far in the past. */
const LAST_MS = 9_223_372_036_854;

/** Go counts nanoseconds in 64 bits, so what is beyond their end comes in again at the other. */
function instantOfMs(ms: number): Instant {
  if (Math.abs(ms) <= LAST_MS) return { ms, nanoseconds: 0 };
  if (Math.abs(ms) >= 2 ** 63) return { ms: 0, nanoseconds: 0 };
  const all = BigInt.asIntN(64, BigInt(ms) * 1_000_000n);
  const nanoseconds = ((all % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return { ms: Number((all - nanoseconds) / 1_000_000n), nanoseconds: Number(nanoseconds) };
}

/** The same for the value of a clause, where Go's zero time never matches. */
export function clauseInstantOf(value: unknown): Instant | undefined {
  const instant = instantOf(value);
  return instant?.ms === GO_ZERO_MS && instant.nanoseconds === 0 ? undefined : instant;
}

/** Negative: `one` is earlier; positive: later. */
export function compareInstants(one: Instant, other: Instant): number {
  return one.ms - other.ms || one.nanoseconds - other.nanoseconds;
}
