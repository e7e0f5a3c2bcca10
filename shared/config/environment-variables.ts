import type { GivenSection, GivenSettings } from "./given.ts";
import type { OldSpelling } from "./old-spellings.ts";
import type { Problems } from "./problems.ts";
import { isRedisGiven, REDIS_PLACE } from "./redis-place.ts";
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
 * section 4.5).
 */
export function readVariables(variables: Variables, given: GivenSettings, problems: Problems): void {
  const texts = withDockerLink(
    new Map(
      Object.entries(variables).flatMap(([name, text]) =>
        text === undefined ? [] : [[name, { text, from: name }]],
      ),
    ),
  );
  for (const section of Object.values<Section>(SECTIONS)) {
    if (section.nameVariable !== undefined) {
      takeNames(section, section.nameVariable, texts, given, problems);
      for (const target of given.all(section)) takeSettings(target, settingsOf(section), texts, given);
    } else if (section !== SECTIONS.redis) {
      takeSettings(given.section(section), settingsOf(section), texts, given);
    }
  }
  takeRedis(given.section(SECTIONS.redis), texts, given);
  refuseForeign(texts, problems);
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
    // The old spellings come first, so that today's has the last word.
    for (const old of known.about.old?.variables ?? []) take(target, known, old.name, old, texts, given);
    if (known.about.variable !== undefined)
      take(target, known, known.about.variable, undefined, texts, given);
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

/**
 * `REDIS_…` alone enables nothing: Kubernetes and Docker set such variables for any service that is called redis.
 * So they count only where `USE_REDIS` or the file says that there is a Redis. A URL among them replaces the host
 * and port of the file.
 */
function takeRedis(redis: GivenSection, texts: VariableTexts, given: GivenSettings): void {
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
    return;
  }
  if (isSet(texts, "REDIS_URL")) for (const key of ["host", "port"]) redis.settings.delete(key);
  takeSettings(redis, settings, texts, given);
}

function unusedRedis(settings: readonly KnownSetting[]): string {
  const names = settings.map(({ about }) => about.variable).join(", ");
  return `${names}: not used, because nothing says to use this Redis; USE_REDIS=true does`;
}

function isSet(texts: VariableTexts, variable: string | undefined): boolean {
  return variable !== undefined && (texts.get(variable)?.text ?? "") !== "";
}

/** `REDIS_PORT=tcp://host:port`, as Docker's links have it, stands for host and port. */
function withDockerLink(texts: VariableTexts): VariableTexts {
  const [, host, port] = /^tcp:\/\/([^/]+):(\d+)$/.exec(texts.get("REDIS_PORT")?.text ?? "") ?? [];
  if (host === undefined || port === undefined) return texts;
  const from = "REDIS_PORT";
  return new Map([...texts, ["REDIS_HOST", { text: host, from }], ["REDIS_PORT", { text: port, from }]]);
}

function refuseForeign(texts: VariableTexts, problems: Problems): void {
  for (const { variable, why } of FOREIGN_SECTIONS) {
    const text = texts.get(variable)?.text ?? "";
    if (text !== "" && flag.schema.safeParse(text).data !== false)
      problems.add({ kind: "variable", name: variable }, why);
  }
}
