import type { GivenSection, GivenSettings } from "./given.ts";
import type { Problems } from "./problems.ts";
import { readSectionValues } from "./section-values.ts";
import { SECTIONS, type Section } from "./settings/schema.ts";

/** Where environments come from other than from sections of their own, and the setting that turns that on. */
const MODES = {
  autoConfig: { section: SECTIONS.autoConfig, enabledBy: "key" },
  offline: { section: SECTIONS.offlineMode, enabledBy: "fileDataSource" },
} as const;

type Mode = (typeof MODES)[keyof typeof MODES];

/** Checks that environments come from one place, and from one that is served, if from any. */
export function checkEnvironmentModes(given: GivenSettings, problems: Problems): void {
  const autoConfig = turnedOn(MODES.autoConfig, given);
  const offline = turnedOn(MODES.offline, given);
  const isOn = autoConfig !== undefined || offline !== undefined;
  // What turns it on is all that need be refused: its other settings are of no use without.
  for (const each of given.all(MODES.autoConfig.section))
    readSectionValues(
      MODES.autoConfig.section.settings,
      isOn ? only(MODES.autoConfig, each) : each,
      problems,
    );
  if (autoConfig !== undefined && offline !== undefined)
    problems.add(offline, "cannot specify both auto-configuration key and file data source");
  const environments = given.all(SECTIONS.environment);
  if (offline !== undefined && environments.length > 0)
    problems.add(offline, "cannot configure specific environments if offline mode is enabled");
  if (isOn) return;
  const unused = firstOf(MODES.offline.section, given);
  if (unused !== undefined)
    problems.add(unused, "must specify offline mode filename if other offline mode properties are set");
  if (environments.length === 0)
    problems.add(
      undefined,
      'you must specify at least one environment in your configuration, as [Environment "NAME"] with sdkKey, or LD_ENV_NAME',
    );
}

/** Where a mode is turned on. */
function turnedOn({ section, enabledBy }: Mode, given: GivenSettings) {
  return given.all(section).flatMap(({ settings }) => settings.get(enabledBy)?.source ?? [])[0];
}

/** Where the first setting of a section is. */
function firstOf(section: Section, given: GivenSettings) {
  return given.all(section).flatMap(({ settings }) => [...settings.values()].map(({ source }) => source))[0];
}

function only({ enabledBy }: Mode, section: GivenSection): GivenSection {
  return { ...section, settings: new Map([...section.settings].filter(([key]) => key === enabledBy)) };
}
