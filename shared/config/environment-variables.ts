import type { GivenSection, GivenSettings } from "./given.ts";
import type { OldSpelling } from "./old-spellings.ts";
import type { Problems } from "./problems.ts";
import { isRedisGiven, REDIS_PLACE } from "./redis-place.ts";
import { isServiceLink, linkTarget } from "./service-link.ts";
import { inWordsOf } from "./setting-names.ts";
import { RETIRED_SECTIONS, type RetiredSection } from "./settings/retired-sections.ts";
import { type KnownSetting, SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import { flag } from "./values/number.ts";
import { hintAtVariables, isSetting, variableNames } from "./variable-hints.ts";

/** The environment of a process. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** The texts of the variables, each with the name of the variable that it really came from. */
type VariableTexts = ReadonlyMap<string, { readonly text: string; readonly from: string }>;

/**
 * Takes every setting that a variable gives, on top of what the file has said. Variables that are none of ours are
 * left alone, and so are those about an environment that neither the file nor `LD_ENV_name` knows (ld-relay,
 * section 4.5), and whatever Kubernetes or Docker have set for another service.
 */
export function readVariables(variables: Variables, given: GivenSettings, problems: Problems): void {
  const all = textsOf(variables);
  const texts = new Map([...all].filter(([, { text }]) => !isServiceLink(text)));
  for (const section of Object.values<Section>(SECTIONS)) {
    if (section.nameVariable !== undefined) {
      takeNames(section, section.nameVariable, texts, given, problems);
      for (const target of given.all(section)) takeSettings(target, settingsOf(section), texts, given);
    } else if (section !== SECTIONS.redis) {
      takeSettings(given.section(section), settingsOf(section), texts, given);
    }
  }
  const link = takeRedis(given.section(SECTIONS.redis), texts, all.get(REDIS_LINK)?.text, given, problems);
  noticeLinks(all, link, given);
  hintAtVariables(namesOf(texts), given);
  takeRetired(texts, given, problems);
}

/** The variables among these that would be settings. */
export function variablesOfSettings(variables: Variables): string[] {
  return [...textsOf(variables)]
    .filter(([name, { text }]) => text !== "" && !isServiceLink(text) && isSetting(name))
    .map(([name]) => name);
}

function textsOf(variables: Variables): VariableTexts {
  return new Map(
    Object.entries(variables).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, { text, from: name }]],
    ),
  );
}

/** An environment exists as soon as its key has a variable, also an empty one: then it lacks its key. */
function takeNames(
  section: Section,
  prefix: string,
  texts: VariableTexts,
  given: GivenSettings,
  problems: Problems,
): void {
  for (const variable of texts.keys()) {
    if (!variable.startsWith(prefix)) continue;
    const source = { kind: "variable", name: variable } as const;
    const name = variable.slice(prefix.length);
    if (name === "") problems.add(source, `a name must follow, as in ${prefix}Production`);
    else given.section(section, name, source);
  }
}

function takeSettings(
  target: GivenSection,
  settings: readonly KnownSetting[],
  texts: VariableTexts,
  given: GivenSettings,
): void {
  for (const known of settings) {
    for (const variable of variableNames(known)) {
      const old = known.about.old?.variables?.find(({ name }) => name === variable);
      take(target, known, variable, old, texts, given);
    }
  }
}

function take(
  target: GivenSection,
  known: KnownSetting,
  variable: string,
  old: OldSpelling | undefined,
  texts: VariableTexts,
  given: GivenSettings,
): void {
  const name = target.name ?? "";
  const found = texts.get(variable + name);
  if (found === undefined) return;
  const spellings = { spelling: variable + name, today: (known.about.variable ?? variable) + name, old };
  given.give(target, known, {
    text: found.text,
    source: { kind: "variable", name: found.from },
    ...spellings,
  });
}

/** The one variable in which a link counts. */
const REDIS_LINK = "REDIS_PORT";

/**
 * `REDIS_…` alone enables nothing: Kubernetes and Docker set such variables for any service that is called redis.
 * So they count only where `USE_REDIS` or the file says that there is a Redis. A URL among them replaces the host
 * and port of the file. Where nothing says where the Redis is, a link does. Returns the name of the link's variable
 * if it counts.
 */
function takeRedis(
  redis: GivenSection,
  texts: VariableTexts,
  link: string | undefined,
  given: GivenSettings,
  problems: Problems,
): string | undefined {
  const settings = settingsOf(SECTIONS.redis);
  takeSettings(
    redis,
    settings.filter(({ key }) => key === "enabled"),
    texts,
    given,
  );
  if (!isRedisGiven(redis)) {
    const unused = settings.flatMap(variableNames).filter((name) => isSet(texts, name));
    if (unused.length > 0) given.notice(unusedRedis(unused));
    return undefined;
  }
  if (isSet(texts, "REDIS_URL")) for (const key of ["host", "port"]) redis.settings.delete(key);
  takeSettings(redis, settings, texts, given);
  const isPlaced = [...REDIS_PLACE].some((key) => redis.settings.has(key));
  if (isPlaced || link === undefined || !isServiceLink(link)) return undefined;
  const target = linkTarget(link);
  if (target === undefined)
    problems.add({ kind: "variable", name: REDIS_LINK }, "must be a port, or tcp:// with a host and a port");
  else {
    const placed = { REDIS_HOST: target.host, REDIS_PORT: target.port };
    const linked = Object.entries(placed).map(([name, text]) => [name, { text, from: REDIS_LINK }] as const);
    takeSettings(redis, settings, new Map(linked), given);
  }
  return REDIS_LINK;
}

function unusedRedis(names: readonly string[]): string {
  return `${names.join(", ")}: not used, because Redis is not enabled; set USE_REDIS=true`;
}

function isSet(texts: VariableTexts, variable: string | undefined): boolean {
  return variable !== undefined && (texts.get(variable)?.text ?? "") !== "";
}

/** Who meant a setting should hear of it, and who did not should see what kept it from being one. */
function noticeLinks(all: VariableTexts, used: string | undefined, given: GivenSettings): void {
  const unused = [...all]
    .filter(([name, { text }]) => isServiceLink(text) && name !== used && isSetting(name))
    .map(([name]) => name);
  // Somebody wants a Redis and may have taken this for its URL; without it another one is used.
  const isMeant = (name: string): boolean =>
    name === "REDIS_URL" && isRedisGiven(given.section(SECTIONS.redis));
  if (unused.some(isMeant))
    given.warn(
      "REDIS_URL: not used, because tcp://… is what links of Kubernetes and Docker say; a Redis URL begins with redis://",
    );
  const others = unused.filter((name) => !isMeant(name));
  if (others.length > 0)
    given.notice(
      `${others.join(", ")}: not used, because Kubernetes and Docker set tcp://… for a service of that name`,
    );
}

/** The names of the variables that say something. */
function namesOf(texts: VariableTexts): string[] {
  return [...texts].filter(([, { text }]) => text !== "").map(([name]) => name);
}

/** One line for all variables of a section that there is something else for. */
function takeRetired(texts: VariableTexts, given: GivenSettings, problems: Problems): void {
  for (const section of RETIRED_SECTIONS) {
    const { enabledByVariable, refused, why } = section;
    const set = namesOf(texts).filter((name) => isOf(section, name));
    const enabled = enabledByVariable === undefined ? undefined : (texts.get(enabledByVariable)?.text ?? "");
    const isOff = enabled !== undefined && (enabled === "" || flag.schema.safeParse(enabled).data === false);
    const others = set.filter((name) => name !== enabledByVariable);
    if (isOff) {
      if (others.length > 0)
        given.warn(`${others.join(", ")}: it has no effect, as in the original without ${enabledByVariable}`);
    } else if (refused && enabledByVariable !== undefined) {
      problems.add({ kind: "variable", name: enabledByVariable }, why);
    } else if (set.length > 0) {
      given.warn(`${set.join(", ")}: ${inWordsOf({ kind: "variable", name: "" }, why)}`);
    }
  }
}

function isOf({ settings }: RetiredSection, name: string): boolean {
  return Object.values(settings).some((variable) =>
    variable?.endsWith("_") ? name.startsWith(variable) && name !== variable : name === variable,
  );
}
