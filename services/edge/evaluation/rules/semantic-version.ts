/** A semantic version (semver.org) of which minor and patch may be missing. Numbers are kept as digits: exact. */
export interface SemanticVersion {
  readonly numbers: readonly [major: string, minor: string, patch: string];
  readonly prerelease: readonly string[];
}

const NUMBER = "(0|[1-9]\\d*)";
const IDENTIFIERS = "([0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)";
const VERSION = new RegExp(
  `^${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER})?)?(?:-${IDENTIFIERS})?(?:\\+${IDENTIFIERS})?$`,
);
const IS_NUMERIC = /^\d+$/;
const HAS_LEADING_ZERO = /^0\d+$/;

/** Reads one; `undefined` for anything else, also with blanks around it. */
export function semanticVersionOf(value: unknown): SemanticVersion | undefined {
  const parts = typeof value === "string" ? VERSION.exec(value) : null;
  if (parts === null) return undefined;
  const [, major = "0", minor = "0", patch = "0", identifiers] = parts;
  const prerelease = identifiers?.split(".") ?? [];
  if (prerelease.some((identifier) => HAS_LEADING_ZERO.test(identifier))) return undefined;
  return { numbers: [major, minor, patch], prerelease };
}

/** By precedence (semver.org, section 11). Negative: `one` comes first; positive: last. */
export function compareVersions(one: SemanticVersion, other: SemanticVersion): number {
  for (const [index, number] of one.numbers.entries()) {
    const order = compareDigits(number, other.numbers[index] ?? "0");
    if (order !== 0) return order;
  }
  if (one.prerelease.length === 0 || other.prerelease.length === 0)
    return other.prerelease.length - one.prerelease.length;
  for (const [index, identifier] of one.prerelease.entries()) {
    const opposite = other.prerelease[index];
    if (opposite === undefined) return 1;
    const order = compareIdentifiers(identifier, opposite);
    if (order !== 0) return order;
  }
  return one.prerelease.length - other.prerelease.length;
}

function compareIdentifiers(one: string, other: string): number {
  const [oneIsNumeric, otherIsNumeric] = [IS_NUMERIC.test(one), IS_NUMERIC.test(other)];
  if (oneIsNumeric && otherIsNumeric) return compareDigits(one, other);
  if (oneIsNumeric !== otherIsNumeric) return oneIsNumeric ? -1 : 1;
  return compareTexts(one, other);
}

/** Of numbers without leading zeros the longer is the larger. */
function compareDigits(one: string, other: string): number {
  return one.length - other.length || compareTexts(one, other);
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
