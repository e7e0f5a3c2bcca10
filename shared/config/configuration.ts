import type { Environment } from "../model/environment.ts";
import { type AdminSettings, type MetricsSettings, readAdminSettings } from "./admin-settings.ts";
import { type EffectiveSetting, effectiveSettings } from "./describe.ts";
import { readVariables, type Variables } from "./environment-variables.ts";
import { readEnvironments } from "./environments.ts";
import { type EventsSettings, readEventsSettings } from "./events-settings.ts";
import { type ConfigurationFile, readFileSettings } from "./file-settings.ts";
import { GivenSettings } from "./given.ts";
import { type MainSettings, readMainSettings } from "./main-settings.ts";
import { Problems } from "./problems.ts";
import { readRedisSettings } from "./redis-place.ts";
import type { RedisSettings } from "./redis-settings.ts";
import { readSectionValues } from "./section-values.ts";
import { SECTIONS } from "./settings/schema.ts";

/** Everything that can be configured, checked and complete. */
export interface Configuration {
  readonly main: MainSettings;
  /** Where the processes meet; undefined: nothing is configured, so all in one process start a private one. */
  readonly redis: RedisSettings | undefined;
  readonly events: EventsSettings;
  readonly admin: AdminSettings;
  readonly metrics: MetricsSettings;
  /** Their ids are their configured names. */
  readonly environments: readonly Environment[];
}

/** What a configuration is read from; variables win over the file. */
export interface ConfigurationInput {
  readonly file?: ConfigurationFile;
  readonly variables?: Variables;
}

export type ConfigurationResult =
  | {
      readonly kind: "valid";
      readonly configuration: Configuration;
      /** Lines that belong in the log. */
      readonly notices: readonly string[];
      /** Every setting and where it comes from. */
      readonly effective: readonly EffectiveSetting[];
    }
  | {
      readonly kind: "invalid";
      /** Everything that is wrong, each naming its setting and its line or variable. */
      readonly problems: readonly string[];
    };

/**
 * Reads a configuration: file and variables are merged first and checked once, so that one may complete the other.
 * Pure: reads no file and no variable itself. No secret is in what it says.
 */
export function readConfiguration(input: ConfigurationInput): ConfigurationResult {
  const given = new GivenSettings();
  const problems = new Problems();
  if (input.file !== undefined) readFileSettings(input.file, given, problems);
  readVariables(input.variables ?? {}, given, problems);
  const configuration: Configuration = {
    main: readMainSettings(given.section(SECTIONS.main), problems),
    events: readEventsSettings(given.section(SECTIONS.events), problems),
    ...readAdminSettings(given.section(SECTIONS.admin), given.section(SECTIONS.prometheus), given, problems),
    redis: readRedisSettings(given.section(SECTIONS.redis), given, problems),
    environments: readEnvironments(given, problems),
  };
  checkNotYetServed(given, problems);
  const found = problems.list();
  if (found.length > 0) return { kind: "invalid", problems: found };
  return { kind: "valid", configuration, notices: given.notices, effective: effectiveSettings(given) };
}

/** Sections that mean nothing yet may only say that they are off. */
function checkNotYetServed(given: GivenSettings, problems: Problems): void {
  for (const section of [SECTIONS.autoConfig, SECTIONS.offlineMode, SECTIONS.filters, SECTIONS.proxy])
    for (const each of given.all(section)) readSectionValues(section.settings, each, problems);
}
