import { createHash } from "node:crypto";

/** SDKs in daemon mode look here if they are told nothing else. */
const DEFAULT_PREFIX = "launchdarkly";

export interface Prefixed {
  readonly name: string;
  /** As configured. */
  readonly prefix?: string | undefined;
}

/**
 * The prefix of each environment by its name: the configured one; `launchdarkly` if only one is without; else
 * `launchdarkly-` and the name in simple letters. Names that come out alike, or as nothing, get a hash behind it.
 * Never depends on the order of environments, or moving one in the file would serve it another one's data.
 */
export function assignPrefixes(environments: readonly Prefixed[]): ReadonlyMap<string, string> {
  const taken = new Set(environments.flatMap(({ prefix }) => prefix ?? []));
  const without = environments.filter(({ prefix }) => prefix === undefined);
  if (without.length === 1 && !taken.has(DEFAULT_PREFIX))
    return new Map(environments.map(({ name, prefix }) => [name, prefix ?? DEFAULT_PREFIX]));
  const slugs = without.map(({ name }) => slugOf(name));
  return new Map(
    environments.map(({ name, prefix }) => [name, prefix ?? computedPrefix(name, slugs, taken)]),
  );
}

function computedPrefix(name: string, slugs: readonly string[], taken: ReadonlySet<string>): string {
  const slug = slugOf(name);
  const simple = `${DEFAULT_PREFIX}-${slug}`;
  const clashes = slugs.filter((other) => other === slug).length > 1 || taken.has(simple);
  if (slug !== "" && !clashes) return simple;
  return [DEFAULT_PREFIX, ...(slug === "" ? [] : [slug]), shortHash(name)].join("-");
}

/** A name in lower-case letters, digits and `-`: `Spree (Test)` becomes `spree-test`, `Café` becomes `cafe`. */
function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/\p{Mark}+/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

function shortHash(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 8);
}
