/**
 * The words of random environments and contexts. They are few, so that rules and contexts meet, and every word is there
 * because something could be made of it.
 *
 * The words that hashes are made of are finite on purpose: Go decides rollouts in single precision and Node in double,
 * and a test walks all of these words to see that none lies where the two disagree.
 */

export const KINDS = ["user", "org", "device"] as const;

/** Values of the attributes that hold texts, keys of contexts among them. */
export const TEXTS = [
  "ann",
  "bob",
  "Ann",
  "ann@example.com",
  "premium",
  "a.b",
  "a/b",
  "a:b%c",
  "user",
  "org",
  "1",
  "true",
  "__proto__",
  "constructor",
  "ключ",
  "😀",
  ...Array.from({ length: 40 }, (_, index) => `key-${index}`),
] as const;

export const NUMBERS = [0, 1, 2, 3, 17, 41, 42, 43, -1, 99.5, 0.1, 1e6, 123456789] as const;

/** Dates that Go and Node read alike, valid or not. No numbers near 0: of others only Node counts the fractions. */
export const DATES = [
  "2020-01-01T00:00:00Z",
  "2020-01-01T00:00:00.123Z",
  "2019-12-31T19:00:00-05:00",
  "2020-06-15T12:30:00+05:30",
  "2020-02-29T12:00:00.5Z",
  1577836800000,
  1577836800001,
  "yesterday",
  "",
  "2020-01-01",
  "2020-13-01T00:00:00Z",
] as const;

export const VERSIONS = [
  "1.0.0",
  "1.0",
  "1",
  "2.0.0-alpha",
  "2.0.0-alpha.1",
  "2.0.0-alpha.beta",
  "2.0.0-10",
  "2.0.0-9",
  "2.0.0--",
  "2.0.0+build",
  "2.0.0",
  "2-beta",
  "2.1+x",
  "10.2.3",
  "v1.0.0",
  "1.0.0.0",
  "01.0.0",
  "1.0.0-01",
  "1.",
  "no version",
] as const;

/** Expressions that mean the same in RE2 and in JavaScript, or are valid in neither. */
export const PATTERNS = [
  "^ann",
  "example\\.com$",
  "ann|bob",
  "[0-9]+",
  "\\d{1,2}$",
  "^(?:key|user)-\\d",
  "\\bb\\b",
  "",
  "(",
  "[",
  "*",
  "a{2,1}",
] as const;

/** Whole numbers, as seeds are; Node does not know 0 as a seed. */
export const SEEDS = [1, 61, 123456, -7] as const;

export const SALTS = ["", "salt", "61b5"] as const;

/** Weights of variations, in thousandths of a percent. */
export const WEIGHTS = [0, 10_000, 25_000, 33_333, 50_000, 100_000] as const;

export const MOST_WEIGHTS = 3;

/** Names that are special to JavaScript, and others that need quoting somewhere. */
const ODD_KEYS = ["constructor", "toString", "hasOwnProperty", "mit Umlaut ä"] as const;

const numbered = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

export const FLAG_KEYS: readonly string[] = [...numbered("flag", 10), ...ODD_KEYS];
export const SEGMENT_KEYS: readonly string[] = [...numbered("segment", 6), "valueOf"];
