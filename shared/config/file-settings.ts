import { type FileSection, type FileSetting, readIni } from "./file/ini-file.ts";
import { type GivenSection, type GivenSettings, sectionLabel } from "./given.ts";
import { foldName } from "./names.ts";
import type { OldSpelling } from "./old-spellings.ts";
import type { Problems } from "./problems.ts";
import {
  FOREIGN_SECTIONS,
  findForeignSection,
  findSection,
  type KnownSetting,
  SECTIONS,
  type Section,
  settingsOf,
} from "./settings/schema.ts";
import type { Source } from "./source.ts";
import { didYouMean } from "./suggestion.ts";
import { flag } from "./values/number.ts";

/** A configuration file and the name to call it by. */
export interface ConfigurationFile {
  readonly name: string;
  readonly text: string;
}

/** Takes everything from a file that is a setting we know; whatever is not becomes a problem. */
export function readFileSettings(file: ConfigurationFile, given: GivenSettings, problems: Problems): void {
  const ini = readIni(file.text);
  const sourceOf = (line: number): Source => ({ kind: "file", file: file.name, line });
  for (const { line, problem } of ini.problems) problems.add(sourceOf(line), problem);
  for (const section of ini.sections) {
    const target = placeFor(section, sourceOf(section.line), given, problems);
    if (target === undefined) continue;
    for (const setting of section.settings)
      takeSetting(setting, target, sourceOf(setting.line), given, problems);
  }
}

/** Where the settings of a section go, unless it is none of ours. */
function placeFor(
  written: FileSection,
  source: Source,
  given: GivenSettings,
  problems: Problems,
): GivenSection | undefined {
  const { section: title, name } = written;
  const foreign = findForeignSection(title);
  const section = findSection(title);
  if (foreign !== undefined) {
    if (!isTurnedOff(written)) problems.add(source, `[${title}]: ${foreign.why}`);
  } else if (section === undefined) {
    const titles = [...Object.values(SECTIONS), ...FOREIGN_SECTIONS].map((known) => known.title);
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

/** Says `enabled = false`, and so nothing at all. */
function isTurnedOff(section: FileSection): boolean {
  const enabled = section.settings.findLast(({ key }) => foldName(key) === "enabled")?.value;
  return enabled !== undefined && flag.schema.safeParse(enabled).data === false;
}

function takeSetting(
  { key, value }: FileSetting,
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
    given.give(target, found.known, { text, source, spelling: key, today: found.known.key, old: found.old });
}

/** The setting that a key means, by its own name or an old one. */
function findSetting(
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

function unknownSetting(target: GivenSection, key: string): string {
  const elsewhere = Object.values(SECTIONS).find((section) => findSetting(section, key) !== undefined);
  const hint =
    elsewhere === undefined
      ? didYouMean(
          key,
          settingsOf(target.section).map((known) => known.key),
        )
      : `; it belongs in [${elsewhere.title}]`;
  return `unsupported or misspelled section "${target.section.title}", variable "${key}"${hint}`;
}
