import { randomBytes } from "node:crypto";

/** A source of numbers in [0, 1), like `Math.random`; tests hand in a seeded one. */
export type Random = () => number;

/** Text that nobody else has drawn: 128 random bits, URL-safe. For lease tokens and the stamps of positions. */
export function randomToken(): string {
  return randomBytes(16).toString("base64url");
}
