import { type GivenSection, type GivenSettings, sectionLabel } from "./given.ts";
import { type KnownSetting, SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import { isServed } from "./settings/setting.ts";
import { describeSource } from "./source.ts";

/** A setting as it is in effect, fit to be shown: of secrets there is as good as nothing. */
export interface EffectiveSetting {
  /** `[Main]`, or `[Environment "Production"]`. */
  readonly section: string;
  readonly key: string;
  readonly value: string;
  /** Where the value comes from, in words: a line, a variable, the default, another setting. */
  readonly source: string;
}

/** Every setting of every section that is served. */
export function effectiveSettings(given: GivenSettings): EffectiveSetting[] {
  return Object.values<Section>(SECTIONS)
    .flatMap((section) => given.all(section))
    .flatMap((section) =>
      settingsOf(section.section)
        .filter(({ about }) => isServed(about))
        .map((known) => effectiveSetting(section, known)),
    );
}

function effectiveSetting(section: GivenSection, { key, about }: KnownSetting): EffectiveSetting {
  const at = { section: sectionLabel(section.section, section.name), key };
  const given = section.settings.get(key);
  if (given !== undefined)
    return { ...at, value: about.text.show(given.texts.join(",")), source: describeSource(given.source) };
  const derived = section.derived.get(key);
  if (derived !== undefined) return { ...at, ...derived };
  if (about.default !== undefined) return { ...at, value: about.default, source: "default" };
  return { ...at, value: "", source: `not set: ${about.unset?.replaceAll("`", "")}` };
}

/** What `check-config` prints: the sections with their settings, and behind each where it comes from. */
export function describeConfiguration(effective: readonly EffectiveSetting[]): string {
  const left = ({ key, value }: EffectiveSetting): string => `  ${key} = ${value}`;
  const width = Math.max(0, ...effective.map((setting) => Math.min(60, left(setting).length)));
  const sections = Map.groupBy(effective, ({ section }) => section);
  return [...sections]
    .map(([section, settings]) =>
      [section, ...settings.map((each) => `${left(each).padEnd(width)}  # ${each.source}`)].join("\n"),
    )
    .join("\n\n");
}
