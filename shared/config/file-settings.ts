import { commentDoubt } from "./doubt.ts";
import { type FileSection, type FileSetting, readIni } from "./file/ini-file.ts";
import { type GivenSection, type GivenSettings, sectionLabel } from "./given.ts";
import { foldName } from "./names.ts";
import type { OldSpelling } from "./old-spellings.ts";
import type { Problems } from "./problems.ts";
import { findRetiredSection, RETIRED_SECTIONS, type RetiredSection } from "./settings/retired-sections.ts";
import { findSection, type KnownSetting, SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import { describeSource, type Source } from "./source.ts";
import { didYouMean } from "./suggestion.ts";
import { flag } from "./values/number.ts";

/** A configuration file and the name to call it by. */
export interface ConfigurationFile {
  readonly name: string;
  readonly text: string;
}

/** A NUL in every other byte: what UTF-16 looks like, read as UTF-8. */
const UTF_16 = /\0/;
/** What a decoder puts where bytes are no UTF-8. */
const NOT_UTF_8 = "\ufffd";

/**
 * Takes everything from a file that is a setting we know; whatever is not becomes a problem. A file that is no UTF-8
 * text at all is one problem, nothing is taken from it, and the answer is false.
 */
export function readFileSettings(file: ConfigurationFile, given: GivenSettings, problems: Problems): boolean {
  const sourceOf = (line: number): Source => ({ kind: "file", file: file.name, line });
  if (UTF_16.test(file.text)) {
    problems.add(sourceOf(1), "this is UTF-16 and not UTF-8 text: save the file as UTF-8");
    return false;
  }
  const ini = readIni(file.text);
  const foreignLetter = file.text.split("\n").findIndex((line) => line.includes(NOT_UTF_8));
  if (foreignLetter !== -1)
    problems.add(sourceOf(foreignLetter + 1), "a letter here is not UTF-8: save the file as UTF-8");
  for (const { line, problem } of ini.problems) problems.add(sourceOf(line), problem);
  for (const section of ini.sections) {
    const target = placeFor(section, sourceOf(section.line), given, problems);
    if (target === undefined) continue;
    for (const setting of section.settings)
      takeSetting(setting, target, sourceOf(setting.line), given, problems);
  }
  return true;
}

/** Where the settings of a section go, unless it is none of ours. */
function placeFor(
  written: FileSection,
  source: Source,
  given: GivenSettings,
  problems: Problems,
): GivenSection | undefined {
  const { section: title, name } = written;
  const retired = findRetiredSection(title);
  const section = findSection(title);
  if (retired !== undefined) {
    takeRetired(written, retired, source, given, problems);
  } else if (section === undefined) {
    const titles = [...Object.values(SECTIONS), ...RETIRED_SECTIONS].map((known) => known.title);
    problems.add(source, `unsupported or misspelled section "${title}"${didYouMean(title, titles)}`);
  } else if (section.nameVariable !== undefined && !name) {
    problems.add(source, `[${title}] needs a name, as in [${section.title} "Production"]`);
  } else if (section.nameVariable === undefined && name !== undefined) {
    problems.add(source, `[${title}] takes no name: write [${section.title}]`);
  } else {
    return given.section(section, name, source);
  }
  return undefined;
}

/** One line for all of a section: what is in it is of no use without it. */
function takeRetired(
  written: FileSection,
  retired: RetiredSection,
  source: Source,
  given: GivenSettings,
  problems: Problems,
): void {
  const { section: title } = written;
  const keys = Object.keys(retired.settings);
  for (const { key, line } of written.settings)
    if (!keys.some((known) => foldName(known) === foldName(key)))
      problems.add(
        { ...source, line } as Source,
        `unsupported or misspelled section "${title}", variable "${key}"${didYouMean(key, keys)}`,
      );
  if (isInUse(written, retired)) {
    if (retired.refused) problems.add(source, `[${title}]: ${retired.why}`);
    else given.warn(`${describeSource(source)}: [${title}]: ${retired.why}`);
  } else if (written.settings.length > 0)
    given.warn(
      `${describeSource(source)}: [${title}] has no effect, as in the original without ${retired.enabledBy}`,
    );
}

/** Whether the original would do something because of the section: its other settings alone turn nothing on. */
function isInUse({ settings }: FileSection, { enabledBy }: RetiredSection): boolean {
  if (enabledBy === undefined) return settings.length > 0;
  const setting = settings.findLast(({ key }) => foldName(key) === enabledBy);
  if (setting === undefined) return false;
  const { value = "true" } = setting;
  return value !== "" && (enabledBy !== "enabled" || flag.schema.safeParse(value).data !== false);
}

function takeSetting(
  { key, value, suspect }: FileSetting,
  target: GivenSection,
  source: Source,
  given: GivenSettings,
  problems: Problems,
): void {
  const found = findSetting(target.section, key);
  if (found === undefined) {
    problems.add(source, unknownSetting(target, key));
    return;
  }
  const text = value ?? (found.known.about.text.name === flag.traits.name ? "true" : undefined);
  if (text === undefined)
    problems.add(
      source,
      `${sectionLabel(target.section, target.name)} ${key}: has no value: write ${key} = …`,
    );
  else
    given.give(target, found.known, {
      text,
      source,
      spelling: key,
      today: found.known.key,
      old: found.old,
      doubt: commentDoubt(suspect, found.known.about.text),
    });
}

/** The setting that a key means, by its own name or an old one. */
export function findSetting(
  section: Section,
  key: string,
): { known: KnownSetting; old: OldSpelling | undefined } | undefined {
  const folded = foldName(key);
  for (const known of settingsOf(section)) {
    if (foldName(known.key) === folded) return { known, old: undefined };
    const old = known.about.old?.keys?.find(({ name }) => foldName(name) === folded);
    if (old !== undefined) return { known, old };
  }
  return undefined;
}

/** What people call the host to listen at. */
const LISTEN_ADDRESS = new Set([
  "address",
  "bind",
  "bindaddress",
  "bindhost",
  "listen",
  "listenaddress",
  "listenhost",
]);

function unknownSetting(target: GivenSection, key: string): string {
  const unknown = `unsupported or misspelled section "${target.section.title}", variable "${key}"`;
  if (target.section === SECTIONS.main && LISTEN_ADDRESS.has(foldName(key)))
    return `${unknown}; did you mean "host"?`;
  const elsewhere = Object.values(SECTIONS).find((section) => findSetting(section, key) !== undefined);
  const hint =
    elsewhere === undefined
      ? didYouMean(
          key,
          settingsOf(target.section).map((known) => known.key),
        )
      : `; it belongs in [${elsewhere.title}]`;
  return unknown + hint;
}
