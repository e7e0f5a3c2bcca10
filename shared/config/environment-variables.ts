import { similarName } from "./environment-names.ts";
import { type GivenSection, type GivenSettings, sectionLabel } from "./given.ts";
import type { OldSpelling } from "./old-spellings.ts";
import type { Problems } from "./problems.ts";
import { isRedisGiven, REDIS_PLACE } from "./redis-place.ts";
import { isServiceLink, linkTarget } from "./service-link.ts";
import {
  FOREIGN_SECTIONS,
  type KnownSetting,
  SECTIONS,
  type Section,
  settingsOf,
} from "./settings/schema.ts";
import { flag } from "./values/number.ts";

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
  hintAtNames(texts, given);
  refuseForeign(texts, problems);
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

/** Whether a variable of this name is a setting, or one of a named section whatever the name. */
function isSetting(name: string): boolean {
  return Object.values<Section>(SECTIONS).some((section) =>
    settingsOf(section)
      .flatMap(variableNames)
      .some((variable) =>
        section.nameVariable === undefined
          ? name === variable
          : name.startsWith(variable) && name !== variable,
      ),
  );
}

/** How a setting may be called among the variables: the old spellings come first, so that today's has the last word. */
function variableNames({ about }: KnownSetting): string[] {
  const old = (about.old?.variables ?? []).map(({ name }) => name);
  return about.variable === undefined ? old : [...old, about.variable];
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
    const unused = settings.filter(({ key, about }) => REDIS_PLACE.has(key) && isSet(texts, about.variable));
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

function unusedRedis(settings: readonly KnownSetting[]): string {
  const names = settings.map(({ about }) => about.variable).join(", ");
  return `${names}: not used, because nothing says to use this Redis; USE_REDIS=true does`;
}

function isSet(texts: VariableTexts, variable: string | undefined): boolean {
  return variable !== undefined && (texts.get(variable)?.text ?? "") !== "";
}

/** Who meant a setting should hear of it, and who did not should see what kept it from being one. */
function noticeLinks(all: VariableTexts, used: string | undefined, given: GivenSettings): void {
  const unused = [...all].filter(
    ([name, { text }]) => isServiceLink(text) && name !== used && isSetting(name),
  );
  if (unused.length > 0)
    given.notice(
      `${unused.map(([name]) => name).join(", ")}: not used, because Kubernetes and Docker set tcp://… for a service of that name`,
    );
}

/** Variables about an environment that nobody knows, beside one whose name is nearly the same. */
function hintAtNames(texts: VariableTexts, given: GivenSettings): void {
  const names = given.all(SECTIONS.environment).flatMap(({ name }) => name ?? []);
  const variables = settingsOf(SECTIONS.environment)
    .flatMap(variableNames)
    .filter((variable) => variable !== SECTIONS.environment.nameVariable);
  for (const [variable, { text }] of texts) {
    if (text === "") continue;
    for (const prefix of variables.filter((each) => variable.startsWith(each))) {
      const name = variable.slice(prefix.length);
      const similar = names.includes(name) ? undefined : similarName(name, names);
      if (similar !== undefined)
        given.warn(
          `${variable}: not used, because no environment is called "${name}"; ` +
            `for ${sectionLabel(SECTIONS.environment, similar)} write ${prefix}${similar}`,
        );
    }
  }
}

function refuseForeign(texts: VariableTexts, problems: Problems): void {
  for (const { variable, why } of FOREIGN_SECTIONS) {
    const text = texts.get(variable)?.text ?? "";
    if (text !== "" && flag.schema.safeParse(text).data !== false)
      problems.add({ kind: "variable", name: variable }, why);
  }
}
