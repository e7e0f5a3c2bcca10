import type { Credentials } from "../model/credentials.ts";
import type { Environment } from "../model/environment.ts";
import { similarName } from "./environment-names.ts";
import { type GivenSection, type GivenSettings, sectionLabel, settingPlace } from "./given.ts";
import { originDoubt } from "./origin-doubt.ts";
import { assignPrefixes } from "./prefix.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues, type SectionValues } from "./section-values.ts";
import { environmentSettings } from "./settings/environment.ts";
import { SECTIONS } from "./settings/schema.ts";

interface Candidate {
  readonly name: string;
  readonly given: GivenSection;
  readonly values: SectionValues<typeof environmentSettings>;
}

/** What must not be the same in two environments, and what to say then. */
const UNIQUE = [
  { key: "sdkKey", what: "SDK key" },
  { key: "mobileKey", what: "mobile key" },
  { key: "envId", what: "client-side ID" },
] as const;

/** The environments that are configured. What is wrong with them, alone or together, goes to `problems`. */
export function readEnvironments(given: GivenSettings, problems: Problems): Environment[] {
  const candidates = given.all(SECTIONS.environment).map((section) => ({
    name: section.name ?? "",
    given: section,
    values: readSectionValues(environmentSettings, section, problems),
  }));
  const prefixes = assignPrefixes(candidates.map(({ name, values }) => ({ name, prefix: values.prefix })));
  for (const { key, what } of UNIQUE) checkUnique(candidates, ({ values }) => values[key], what, problems);
  checkUnique(candidates, ({ name }) => prefixes.get(name), "prefix", problems);
  for (const { given: section, name, values } of candidates) {
    if (values.prefix === undefined) tellPrefix(section, prefixes.get(name) ?? "", given);
    doubtOrigins(section, values.allowedOrigin ?? [], given);
    doubtName(section, name, candidates, given);
  }
  return candidates.flatMap((candidate) => {
    const environment = toEnvironment(candidate, prefixes);
    if (environment === undefined && !candidate.given.settings.has("sdkKey"))
      problems.add(candidate.given.source, `SDK key is required for environment "${candidate.name}"`);
    return environment ?? [];
  });
}

/** SDKs in daemon mode have to be pointed at the prefix, so it must not stay unknown. */
function tellPrefix(section: GivenSection, prefix: string, given: GivenSettings): void {
  section.derived.set("prefix", { value: prefix, source: "computed" });
  given.notice(
    `${sectionLabel(section.section, section.name)} has the prefix "${prefix}" in Redis, which follows from its name and from what else is configured: renamed, or with another environment beside it, it has another, and what waits under this one stays there. Set prefix to keep it`,
  );
}

/** An origin that no page has keeps its pages out without a word. */
function doubtOrigins(section: GivenSection, origins: readonly string[], given: GivenSettings): void {
  const written = section.settings.get("allowedOrigin");
  if (written === undefined) return;
  for (const origin of origins) {
    const doubt = originDoubt(origin);
    if (doubt !== undefined)
      given.warn(`${settingPlace(written)}: "${origin}" matches no page, because ${doubt}`);
  }
  if (origins.indexOf("*") > 0)
    given.warn(`${settingPlace(written)}: "*" counts only as the first origin: leave the others out, or it`);
}

/** A variable cannot be written in every way in which a file's name can, so it may mean an environment of the file. */
function doubtName(
  section: GivenSection,
  name: string,
  candidates: readonly Candidate[],
  given: GivenSettings,
): void {
  if (section.source?.kind !== "variable") return;
  const others = candidates.filter((other) => other.given !== section).map((other) => other.name);
  const similar = similarName(name, others);
  if (similar !== undefined)
    given.warn(
      `${section.source.name}: makes an environment "${name}" beside ${sectionLabel(SECTIONS.environment, similar)}, ` +
        `because names count as they are written; for that one write ${SECTIONS.environment.nameVariable}${similar}`,
    );
}

/** The environment, unless it has no usable key. */
function toEnvironment(
  { name, values }: Candidate,
  prefixes: ReadonlyMap<string, string>,
): Environment | undefined {
  const { sdkKey, mobileKey, envId, logLevel } = values;
  const prefix = prefixes.get(name);
  if (sdkKey === undefined || prefix === undefined) return undefined;
  const credentials: Credentials = {
    sdkKey,
    ...(mobileKey !== undefined && { mobileKey }),
    ...(envId !== undefined && { envId }),
  };
  return {
    id: name,
    name,
    credentials,
    prefix,
    ttlMs: values.ttl,
    allowedOrigins: values.allowedOrigin ?? [],
    allowedHeaders: values.allowedHeader ?? [],
    secureMode: values.secureMode,
    ...(logLevel !== undefined && { logLevel }),
  };
}

function checkUnique(
  candidates: readonly Candidate[],
  pick: (candidate: Candidate) => string | undefined,
  what: string,
  problems: Problems,
): void {
  const owners = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const value = pick(candidate);
    if (value === undefined) continue;
    const owner = owners.get(value);
    if (owner === undefined) owners.set(value, candidate);
    else
      problems.add(
        candidate.given.source,
        `${sectionLabel(SECTIONS.environment, candidate.name)} has the same ${what} as ${sectionLabel(SECTIONS.environment, owner.name)}`,
      );
  }
}
