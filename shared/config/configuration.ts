import type { Environment } from "../model/environment.ts";
import { type AdminSettings, type MetricsSettings, readAdminSettings } from "./admin-settings.ts";
import { type EffectiveSetting, effectiveSettings } from "./describe.ts";
import { checkEnvironmentModes } from "./environment-modes.ts";
import { readVariables, type Variables } from "./environment-variables.ts";
import { readEnvironments } from "./environments.ts";
import { type EventsSettings, readEventsSettings } from "./events-settings.ts";
import { type ConfigurationFile, readFileSettings } from "./file-settings.ts";
import { type GivenSection, GivenSettings, settingPlace } from "./given.ts";
import { type MainSettings, readMainSettings } from "./main-settings.ts";
import { type OfflineSettings, readOfflineSettings } from "./offline-settings.ts";
import { type OutboundSettings, readOutboundSettings } from "./outbound-settings.ts";
import { Problems } from "./problems.ts";
import { readRedisSettings } from "./redis-place.ts";
import type { RedisSettings } from "./redis-settings.ts";
import { readSectionValues } from "./section-values.ts";
import { inWordsOf } from "./setting-names.ts";
import { filterSettings } from "./settings/not-yet.ts";
import { SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import type { ReadFile } from "./trusted-certificates.ts";
import { flag } from "./values/number.ts";
import { type WrittenSetting, writtenSettings } from "./written-settings.ts";

/** Everything that can be configured, checked and complete. */
export interface Configuration {
  readonly main: MainSettings;
  /** Where the processes meet; undefined: nothing is configured, so all in one process start a private one. */
  readonly redis: RedisSettings | undefined;
  readonly events: EventsSettings;
  readonly admin: AdminSettings;
  readonly metrics: MetricsSettings;
  /** How LaunchDarkly is reached. */
  readonly outbound: OutboundSettings;
  /** Their ids are their configured names. */
  readonly environments: readonly Environment[];
  /** `undefined`: environments are those above, and LaunchDarkly is there. Else they are in an archive. */
  readonly offline: OfflineSettings | undefined;
}

/** What a configuration is read from; variables win over the file. */
export interface ConfigurationInput {
  readonly file?: ConfigurationFile;
  readonly variables?: Variables;
  /** The platform's variables, which are no settings of ours and count even where `variables` are not read. */
  readonly platform?: Variables;
  /** Reads the files that settings name; left out: none can be read. */
  readonly readFile?: ReadFile;
}

const noFile: ReadFile = () => {
  throw new Error("files are not read here");
};

export type ConfigurationResult =
  | {
      readonly kind: "valid";
      readonly configuration: Configuration;
      /** Lines that belong in the log: what follows from what is written, and old spellings. */
      readonly notices: readonly string[];
      /** Lines that belong in the log: what probably does not do what was meant. */
      readonly warnings: readonly string[];
      /** Every setting and where it comes from. */
      readonly effective: readonly EffectiveSetting[];
      /** What somebody has written and does something, with all secrets. */
      readonly written: () => readonly WrittenSetting[];
    }
  | {
      readonly kind: "invalid";
      /** Everything that is wrong, each naming its setting and its line or variable. */
      readonly problems: readonly string[];
      /** What is understood, as of a valid configuration. */
      readonly notices: readonly string[];
      /** What else probably does not do what was meant, and may be why. */
      readonly warnings: readonly string[];
      /** What somebody has written, whether or not it can be used, with all secrets. */
      readonly written: () => readonly WrittenSetting[];
    };

/**
 * Reads a configuration: file and variables are merged first and checked once, so that one may complete the other.
 * Reads no variable itself, and files only
 * by `readFile`. No secret is in what it says.
 */
export function readConfiguration(input: ConfigurationInput): ConfigurationResult {
  const given = new GivenSettings();
  const problems = new Problems();
  const isReadable = input.file === undefined || readFileSettings(input.file, given, problems);
  readVariables(input.variables ?? {}, given, problems);
  const configuration: Configuration = {
    main: readMainSettings(given.section(SECTIONS.main), problems),
    events: readEventsSettings(given.section(SECTIONS.events), problems),
    ...readAdminSettings(given.section(SECTIONS.admin), given.section(SECTIONS.prometheus), given, problems),
    outbound: readOutboundSettings(
      given.section(SECTIONS.proxy),
      input.platform ?? {},
      input.readFile ?? noFile,
      given,
      problems,
    ),
    redis: readRedisSettings(given.section(SECTIONS.redis), given, problems),
    environments: readEnvironments(given, problems),
    offline: readOfflineSettings(given.section(SECTIONS.offlineMode), problems),
  };
  checkNotYetServed(given, problems);
  if (isReadable) checkEnvironmentModes(given, problems);
  warnOfIneffective(given);
  const found = problems.list();
  warnOfDoubts(given, found);
  const { notices, warnings } = given;
  const written = (): readonly WrittenSetting[] => writtenSettings(given);
  if (found.length > 0) return { kind: "invalid", problems: found, notices, warnings, written };
  return { kind: "valid", configuration, notices, warnings, effective: effectiveSettings(given), written };
}

/** Sections that mean nothing yet may only say that they are off. */
function checkNotYetServed(given: GivenSettings, problems: Problems): void {
  for (const each of given.all(SECTIONS.filters)) readSectionValues(filterSettings, each, problems);
}

/** What is accepted and changes nothing, unless it only says that something is off. */
function warnOfIneffective(given: GivenSettings): void {
  for (const section of allSections(given)) {
    for (const { key, about } of settingsOf(section.section)) {
      const written = section.settings.get(key);
      if (about.ineffective === undefined || written === undefined) continue;
      const isOff =
        about.text.name === flag.traits.name && flag.schema.safeParse(written.texts.at(-1)).data === false;
      if (!isOff) given.warn(`${settingPlace(written)}: ${inWordsOf(written.source, about.ineffective)}`);
    }
  }
}

/** A doubt that explains a problem stands there already. */
function warnOfDoubts(given: GivenSettings, problems: readonly string[]): void {
  for (const { settings } of allSections(given)) {
    for (const written of settings.values()) {
      const { doubt } = written;
      const place = settingPlace(written);
      const isSaid = problems.some(
        (problem) => problem.startsWith(`${place}: `) && problem.includes(doubt ?? ""),
      );
      if (doubt !== undefined && !isSaid) given.warn(`${place}: ${doubt}`);
    }
  }
}

function allSections(given: GivenSettings): GivenSection[] {
  return Object.values<Section>(SECTIONS).flatMap((section) => given.all(section));
}
