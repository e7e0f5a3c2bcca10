import type { GivenSettings } from "./given.ts";
import { SECTIONS, type Section, settingsOf } from "./settings/schema.ts";
import { isServed } from "./settings/setting.ts";
import type { Source } from "./source.ts";

/** A setting that somebody has written and that does something, in today's spelling, file and variables merged. */
export interface WrittenSetting {
  readonly section: Section;
  /** The part in quotes, as in `[Environment "Production"]`. */
  readonly name: string | undefined;
  readonly key: string;
  /** One text, with all secrets; of a list, one for each line. */
  readonly texts: readonly string[];
  readonly list: boolean;
  /** Of the last text. */
  readonly source: Source;
  /** The text as anybody may see it. */
  readonly shown: string;
}

/** What is written, in the order of the documentation. */
export function writtenSettings(given: GivenSettings): WrittenSetting[] {
  return Object.values<Section>(SECTIONS)
    .flatMap((section) => given.all(section))
    .flatMap(({ section, name, settings }) =>
      settingsOf(section).flatMap(({ key, about }) => {
        const written = settings.get(key);
        if (written === undefined || !isServed(about)) return [];
        const { texts, source } = written;
        const { list, show } = about.text;
        return [{ section, name, key, texts, list, source, shown: show(texts.join(",")) }];
      }),
    );
}
