import { findSection, type KnownSetting, type Section, settingsOf } from "./settings/schema.ts";
import type { Source } from "./source.ts";

/** How a setting is written as a variable; `NAME` stands for that of an environment. */
export function variableName(section: Section, { about }: KnownSetting): string | undefined {
  if (about.variable === undefined) return undefined;
  return section.nameVariable === undefined ? about.variable : `${about.variable}NAME`;
}

/**
 * A text that names settings as files do (`[Admin] port`), in the words of who reads it: whoever uses variables is told
 * of variables.
 */
export function inWordsOf(source: Source, text: string): string {
  if (source.kind === "file") return text;
  return text.replace(/\[(\w+)\] (\w+)/g, (written, title: string, key: string) => {
    const section = findSection(title);
    const known = section && settingsOf(section).find((each) => each.key === key);
    return (section && known && variableName(section, known)) ?? written;
  });
}
