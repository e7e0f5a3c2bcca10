import { similarName } from "./environment-names.ts";
import { type GivenSettings, sectionLabel } from "./given.ts";
import { inWordsOf, variableName } from "./setting-names.ts";
import { MISTAKEN_VARIABLES, RETIRED_VARIABLES } from "./settings/mistaken-variables.ts";
import { type KnownSetting, SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import { nearestName } from "./suggestion.ts";

/** The least length of a variable's name for which a misspelling is told from another program's variable. */
const LONG_ENOUGH = 8;
/** What every second platform sets, and what we go by instead. */
const HOST = "HOST";
const HERE = "the address to listen at is LISTEN_HOST";
/** What other programs read, one letter beside a variable of ours. */
const OF_OTHERS: readonly string[] = ["BASE_URL"];
/** What stands in the place of `LD_CLIENT_SIDE_ID_` and the like, and begins as an environment's key does. */
const LIKE_KEYS: readonly (readonly [begins: string, meant: string])[] = [
  ["LD_ENV_ID_", "LD_CLIENT_SIDE_ID_"],
  ["LD_ENV_KEY_", "LD_ENV_"],
  ["LD_ENV_SDK_KEY_", "LD_ENV_"],
  ["LD_ENV_MOBILE_KEY_", "LD_MOBILE_KEY_"],
  ["LD_ENV_PREFIX_", "LD_PREFIX_"],
];
const sections: readonly Section[] = Object.values(SECTIONS);

/** How a setting may be called among the variables: the old spellings come first, so that today's has the last word. */
export function variableNames({ about }: KnownSetting): string[] {
  const old = (about.old?.variables ?? []).map(({ name }) => name);
  return about.variable === undefined ? old : [...old, about.variable];
}

/** Whether a variable of this name is a setting, or one of a named section whatever the name. */
export function isSetting(name: string): boolean {
  return sections.some((section) =>
    settingsOf(section)
      .flatMap(variableNames)
      .some((variable) =>
        section.nameVariable === undefined
          ? name === variable
          : name.startsWith(variable) && name !== variable,
      ),
  );
}

/** Warns of variables that look like settings and are none; `names` are those that are set. */
export function hintAtVariables(names: readonly string[], given: GivenSettings): void {
  for (const name of names) {
    const source = { kind: "variable", name } as const;
    const retired = RETIRED_VARIABLES[name];
    if (name === HOST)
      given.notice(`${HOST}: not used, because platforms set it for reasons of their own; ${HERE}`);
    else if (retired !== undefined) given.warn(`${name}: ${inWordsOf(source, retired)}`);
    else if (isSetting(name)) hintAtEnvironment(name, given);
    else {
      const meant = meantVariable(name);
      if (meant !== undefined)
        given.warn(`${name}: is no variable of the relay, and not used; write ${meant}`);
    }
  }
}

/** A variable about an environment that nobody knows; perhaps beside one whose name is nearly the same. */
function hintAtEnvironment(variable: string, given: GivenSettings): void {
  const names = given.all(SECTIONS.environment).flatMap(({ name }) => name ?? []);
  for (const [begins, meant] of LIKE_KEYS)
    if (variable.startsWith(begins) && names.includes(variable.slice(begins.length)))
      given.warn(
        `${variable}: makes an environment "${variable.slice("LD_ENV_".length)}"; ` +
          `for ${sectionLabel(SECTIONS.environment, variable.slice(begins.length))} write ${meant}${variable.slice(begins.length)}`,
      );
  const prefix = settingsOf(SECTIONS.environment)
    .flatMap(variableNames)
    .filter((each) => each !== SECTIONS.environment.nameVariable && variable.startsWith(each))
    .toSorted((one, other) => other.length - one.length)[0];
  if (prefix === undefined) return;
  const name = variable.slice(prefix.length);
  if (names.includes(name)) return;
  const similar = similarName(name, names);
  const cure =
    similar === undefined
      ? `${SECTIONS.environment.nameVariable}${name} would make one`
      : `for ${sectionLabel(SECTIONS.environment, similar)} write ${prefix}${similar}`;
  given.warn(`${variable}: not used, because no environment is called "${name}"; ${cure}`);
}

/** The variable that is meant by one that is none of ours, if that can be told. */
function meantVariable(name: string): string | undefined {
  const setting = MISTAKEN_VARIABLES[name];
  if (setting !== undefined) return inWordsOf({ kind: "variable", name }, setting);
  const [, bare = name] = /^(?:LD_RELAY_|LAUNCHDARKLY_|RELAY_|LD_)(.+)$/.exec(name) ?? [];
  return ownNames().get(name) ?? ownNames().get(bare) ?? ofEnvironment(name) ?? misspelled(name);
}

/** `LD_MOBILE_KEY`, without the name that must follow, and `LD_SDK_KEY_x`, made of a setting's name in files. */
function ofEnvironment(name: string): string | undefined {
  for (const known of settingsOf(SECTIONS.environment)) {
    const { variable } = known.about;
    if (variable === undefined) continue;
    if (`${name}_` === variable) return `${variable}NAME`;
    const made = `LD_${upperSnake(known.key)}_`;
    if (name.startsWith(made) && name !== made) return variable + name.slice(made.length);
  }
  return undefined;
}

/** The variables that people make of a setting's section and key, by those names; short keys mean too many things. */
function ownNames(): ReadonlyMap<string, string> {
  return new Map(
    sections.flatMap((section) =>
      settingsOf(section).flatMap((known): [string, string][] => {
        const variable = variableName(section, known);
        if (variable === undefined) return [];
        const key = upperSnake(known.key);
        const whole: [string, string] = [`${upperSnake(section.title)}_${key}`, variable];
        const itself: [string, string] = [variable, variable];
        return key.includes("_") ? [[key, variable], whole, itself] : [whole, itself];
      }),
    ),
  );
}

function misspelled(name: string): string | undefined {
  if (name.length < LONG_ENOUGH || OF_OTHERS.includes(name)) return undefined;
  const known = sections
    .filter(({ nameVariable }) => nameVariable === undefined)
    .flatMap((section) => settingsOf(section).flatMap(({ about }) => about.variable ?? []));
  return nearestName(name, known, 1);
}

function upperSnake(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
}
