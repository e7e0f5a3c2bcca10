import type * as z from "zod";
import { foldName } from "../names.ts";
import { adminSettings, prometheusSettings } from "./admin.ts";
import { environmentSettings } from "./environment.ts";
import { eventsSettings } from "./events.ts";
import { mainSettings } from "./main.ts";
import { autoConfigSettings, filterSettings } from "./not-yet.ts";
import { offlineModeSettings } from "./offline-mode.ts";
import { proxySettings } from "./proxy.ts";
import { redisSettings } from "./redis.ts";
import { type About, about } from "./setting.ts";

/** A section of the configuration and all its settings. */
export interface Section {
  /** As people write it. */
  readonly title: string;
  /** Settings by key, each known to `about()`. */
  readonly settings: z.ZodObject;
  /** In a section that there is many times, each with a name: the variable that a name is put behind. */
  readonly nameVariable?: string;
}

/**
 * Every section and setting that can be written: what the parser, the environment variables, `check-config` and
 * the documentation go by.
 */
export const SECTIONS = {
  main: { title: "Main", settings: mainSettings },
  events: { title: "Events", settings: eventsSettings },
  environment: { title: "Environment", settings: environmentSettings, nameVariable: "LD_ENV_" },
  redis: { title: "Redis", settings: redisSettings },
  admin: { title: "Admin", settings: adminSettings },
  prometheus: { title: "Prometheus", settings: prometheusSettings },
  proxy: { title: "Proxy", settings: proxySettings },
  autoConfig: { title: "AutoConfig", settings: autoConfigSettings },
  offlineMode: { title: "OfflineMode", settings: offlineModeSettings },
  filters: { title: "Filters", settings: filterSettings, nameVariable: "LD_FILTER_KEYS_" },
} as const satisfies Record<string, Section>;

const sections: readonly Section[] = Object.values(SECTIONS);

export function findSection(name: string): Section | undefined {
  return sections.find(({ title }) => foldName(title) === foldName(name));
}

/** A setting of a section under its key. */
export interface KnownSetting {
  readonly key: string;
  readonly about: About;
}

export function settingsOf(section: Section): KnownSetting[] {
  return Object.entries(section.settings.shape).map(([key, schema]) => ({ key, about: about(schema) }));
}
