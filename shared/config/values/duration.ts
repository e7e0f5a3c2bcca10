import * as z from "zod";
import { valueType } from "./value-type.ts";

/** In milliseconds; both signs for micro are in use. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["\u00b5s", 1e-3],
  ["\u03bcs", 1e-3],
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);
const PART = /(\d+\.?\d*|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/g;
const DURATION = /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/;

/** Timers of Node take no more; a longer delay would end at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const milliseconds = z
  .string()
  .regex(DURATION, { error: ({ input }) => `not a valid duration${suggestUnit(String(input))}` })
  .transform(toMilliseconds);

/** A duration in Go's syntax, in milliseconds: `1m30s`, `-1s`, or a bare `0` (R4.4). */
export const duration = valueType("duration", milliseconds);

/** A duration that something waits for, so it has an end and is not negative. */
export const waitingTime = valueType(
  "duration",
  milliseconds
    .refine((ms) => ms >= 0, "must not be negative")
    .refine((ms) => ms <= MAX_TIMER_MS, "must not be longer than 596h"),
);

/** How often events are flushed: 0 or less means a minute (R4.5). */
export const flushInterval = valueType(
  "duration",
  milliseconds
    .transform((ms) => (ms <= 0 ? 60_000 : ms))
    .refine((ms) => ms <= MAX_TIMER_MS, "must not be longer than 596h"),
);

function toMilliseconds(text: string): number {
  let ms = 0;
  for (const [, amount, unit = ""] of text.matchAll(PART))
    ms += Number(amount) * (UNITS.get(unit) ?? Number.NaN);
  const rounded = Math.round(ms * 1e6) / 1e6;
  return text.startsWith("-") && rounded > 0 ? -rounded : rounded;
}

function suggestUnit(text: string): string {
  return /^[+-]?\d+$/.test(text)
    ? `: it needs a unit; did you mean "${text}s"?`
    : ' (examples: "15s", "1m30s")';
}
