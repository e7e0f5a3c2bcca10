import { type Doubt, quoteDoubt } from "./doubt.ts";
import { type OldSpelling, oldSpellingNotice } from "./old-spellings.ts";
import type { KnownSetting, Section } from "./settings/schema.ts";
import { describeSource, type Source } from "./source.ts";

/** A setting that somebody has written, in today's spelling and not yet checked. */
interface Given {
  /** One text; of a list, one for each line. */
  readonly texts: readonly string[];
  /** Of the last text. */
  readonly source: Source;
  /** What problems call it: in a file, section and key as written. */
  readonly label: string;
  /** Why the text may not be what was meant. */
  readonly doubt: Doubt | undefined;
}

/** One section with what is written for it, in the file and in variables. */
export interface GivenSection {
  readonly section: Section;
  /** The part in quotes, as in `[Environment "Production"]`. */
  readonly name: string | undefined;
  /** Where it was mentioned first; a section without a name need not be mentioned. */
  readonly source: Source | undefined;
  readonly settings: Map<string, Given>;
  /** What the settings that are not given come to, where that follows from others; by key. */
  readonly derived: Map<string, Derived>;
}

/** A value that nobody has written, and in words where it comes from instead. */
interface Derived {
  readonly value: string;
  readonly source: string;
}

/** A text as it was written for a setting. */
interface Written {
  readonly text: string;
  readonly source: Source;
  /** How the key or variable was spelled. */
  readonly spelling: string;
  /** How it is spelled today. */
  readonly today: string;
  /** The old spelling by which the setting was recognised. */
  readonly old?: OldSpelling | undefined;
  /** Why the text may not be what was meant, as far as the place shows where it was read. */
  readonly doubt?: Doubt | undefined;
}

/** What the file and the variables say, merged: variables come second and replace what the file has said. */
export class GivenSettings {
  /** A map, because people choose the names: `__proto__` is one like any other. */
  readonly #sections = new Map<string, GivenSection>();
  readonly #notices: string[] = [];
  readonly #warnings: string[] = [];

  /** Lines for the log: what is understood, and would be written otherwise today, or what follows from it. */
  get notices(): readonly string[] {
    return this.#notices;
  }

  /** Lines for the log: what probably does not do what was meant. */
  get warnings(): readonly string[] {
    return this.#warnings;
  }

  notice(line: string): void {
    this.#notices.push(line);
  }

  warn(line: string): void {
    this.#warnings.push(line);
  }

  /** What is given for a section; a new one if nobody has mentioned it yet. */
  section(section: Section, name?: string, source?: Source): GivenSection {
    const label = sectionLabel(section, name);
    const known = this.#sections.get(label);
    if (known !== undefined) return known;
    const added: GivenSection = { section, name, source, settings: new Map(), derived: new Map() };
    this.#sections.set(label, added);
    return added;
  }

  /** The sections of a kind in the order in which they were mentioned. */
  all(section: Section): GivenSection[] {
    return [...this.#sections.values()].filter((given) => given.section === section);
  }

  /** Takes a text for a setting; an empty one counts as not written. A line break at its end is none of it. */
  give(target: GivenSection, { key, about }: KnownSetting, written: Written): void {
    const { source, spelling } = written;
    const inFile = source.kind === "file";
    const label = inFile ? `${sectionLabel(target.section, target.name)} ${spelling}` : "";
    const text = written.text.replace(/[\r\n]+$/, "");
    if (text !== written.text)
      this.warn(`${settingPlace({ source, label })}: the line break at its end is left out`);
    const doubt = written.doubt ?? quoteDoubt(text);
    if (text === "") {
      if (doubt !== undefined) this.warn(`${settingPlace({ source, label })}: is empty, because ${doubt}`);
      return;
    }
    const today = this.#inTodaysSpelling(about, { ...written, text });
    const before = target.settings.get(key);
    const adds = about.text.list && inFile && before?.source.kind === "file";
    target.settings.set(key, { texts: adds ? [...before.texts, today] : [today], source, label, doubt });
  }

  #inTodaysSpelling(about: KnownSetting["about"], written: Written): string {
    const { old, source, spelling, today, text } = written;
    const translated = old?.translate(text) ?? text;
    const ofVariable = source.kind === "variable" ? about.old?.variableValue : undefined;
    const current = (ofVariable ?? about.old?.value)?.(translated) ?? translated;
    if (old !== undefined || current !== text) {
      const show = (name: string, value: string): string => `${name} = ${about.text.show(value)}`;
      this.#notices.push(oldSpellingNotice(source, show(spelling, text), show(today, current)));
    }
    return current;
  }
}

/** `[Main]`, or `[Environment "Production"]`. */
export function sectionLabel(section: Section, name: string | undefined): string {
  return name === undefined ? `[${section.title}]` : `[${section.title} ${JSON.stringify(name)}]`;
}

/** A setting by its place and name, for notices and warnings: `relay.conf, line 3: [Main] port`, or `PORT`. */
export function settingPlace({ source, label }: Pick<Given, "source" | "label">): string {
  return label === "" ? describeSource(source) : `${describeSource(source)}: ${label}`;
}
