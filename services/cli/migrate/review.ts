import type { ConfigurationResult } from "../../../shared/config/configuration.ts";
import { readIni } from "../../../shared/config/file/ini-file.ts";
import { type ConfigurationFile, findSetting } from "../../../shared/config/file-settings.ts";
import { foldName } from "../../../shared/config/names.ts";
import { findSection } from "../../../shared/config/settings/schema.ts";
import { describeSource, type Source } from "../../../shared/config/source.ts";
import type { WrittenSetting } from "../../../shared/config/written-settings.ts";

/** What becomes of a line of the file, or of a variable. */
export interface ReviewedSetting {
  /** `relay.conf, line 3`, or the variable's name. */
  readonly place: string;
  /** The setting as it is written, and of a secret as good as nothing. */
  readonly shown: string;
  readonly verdict: "stays" | "changes" | "goes" | "to do";
  /** Why, or what to do; empty if there is nothing to say. */
  readonly remarks: readonly string[];
}

export interface Review {
  readonly settings: readonly ReviewedSetting[];
  /** What concerns no single setting, and whether something must be done about it. */
  readonly general: readonly { readonly verdict: "know" | "to do"; readonly text: string }[];
}

/** A setting before it is judged. */
interface Item {
  readonly place: string;
  /** The line of its section's header, which may have a remark for all of the section. */
  readonly sectionPlace?: string;
  readonly shown: string;
  /** What counts of it, if anything does. */
  readonly counts: WrittenSetting | undefined;
  /** What counts in its stead: a later line, or a variable. */
  readonly replacedBy?: string;
}

type Kind = "problem" | "warning" | "notice";

/** Goes through the file line by line, then through `variables`, the names of those that were read. Pure. */
export function review(
  file: ConfigurationFile | undefined,
  variables: readonly string[],
  result: ConfigurationResult,
): Review {
  const written = result.written();
  const remarks = remarksOf(result);
  const items = [
    ...(file === undefined ? [] : fileItems(file, written)),
    ...variableItems(variables, written, remarks),
  ];
  const places = new Set(items.flatMap(({ place, sectionPlace }) => [place, sectionPlace ?? place]));
  const general = remarks
    .filter((remark) => !remark.places.some((place) => places.has(place)))
    .map(({ kind, whole }) => ({
      verdict: kind === "problem" ? ("to do" as const) : ("know" as const),
      text: whole,
    }));
  return { settings: items.map((item) => judge(item, remarks)), general };
}

interface Remark {
  readonly kind: Kind;
  /** What it is about. */
  readonly places: readonly string[];
  readonly text: string;
  readonly whole: string;
}

/** A notice about an old variable needs no other place than its name. */
const OLD_VARIABLE = /^([^:]+?) = .* is an old spelling, write /s;
/** The setting by its name, which stands before the remark anyway. */
const LABEL = /^\[[^\]]*\](?: [\w-]+)?: /;

function remarksOf(result: ConfigurationResult): Remark[] {
  const of = (kind: Kind, lines: readonly string[]): Remark[] =>
    lines.map((whole) => {
      const [, variable] = OLD_VARIABLE.exec(whole) ?? [];
      if (variable !== undefined) return { kind, places: [variable], text: whole, whole };
      const [head = "", ...rest] = whole.split(": ");
      const places = /, line \d+$/.test(head) ? [head] : head.split(", ");
      return { kind, places, text: rest.join(": ").replace(LABEL, ""), whole };
    });
  const problems = result.kind === "invalid" ? result.problems : [];
  return [...of("problem", problems), ...of("warning", result.warnings), ...of("notice", result.notices)];
}

function fileItems(file: ConfigurationFile, written: readonly WrittenSetting[]): Item[] {
  const placeOf = (line: number): string => describeSource({ kind: "file", file: file.name, line });
  return readIni(file.text)
    .sections.flatMap(({ section: title, name, line: header, settings }) =>
      settings.map(({ key, value, line }) => {
        const section = findSection(title);
        const known = section && findSetting(section, key)?.known;
        const counts = written.find(
          (each) => each.section === section && each.name === name && each.key === known?.key,
        );
        const label = name === undefined ? `[${title}]` : `[${title} ${JSON.stringify(name)}]`;
        const showsValue = known !== undefined && value !== undefined;
        const item = {
          place: placeOf(line),
          sectionPlace: placeOf(header),
          shown: `${label} ${key}${showsValue ? ` = ${known.about.text.show(value)}` : ""}`,
          line,
        };
        if (counts === undefined || counts.list || isAt(counts.source, line)) return { ...item, counts };
        return { ...item, counts: undefined, replacedBy: describeSource(counts.source) };
      }),
    )
    .toSorted((one, other) => one.line - other.line);
}

function isAt(source: Source, line: number): boolean {
  return source.kind === "file" && source.line === line;
}

function variableItems(
  variables: readonly string[],
  written: readonly WrittenSetting[],
  remarks: readonly Remark[],
): Item[] {
  const counting = new Map(
    written.flatMap((each): [string, WrittenSetting][] =>
      each.source.kind === "variable" ? [[each.source.name, each]] : [],
    ),
  );
  const mentioned = new Set(remarks.flatMap(({ places }) => places));
  const named = variables.filter((name) => mentioned.has(name));
  return [...new Set([...counting.keys(), ...named])].map((name) => {
    const counts = counting.get(name);
    return { place: name, shown: counts === undefined ? name : `${name} = ${counts.shown}`, counts };
  });
}

function judge(
  { place, sectionPlace, shown, counts, replacedBy }: Item,
  all: readonly Remark[],
): ReviewedSetting {
  const own = all.filter(({ places }) => places.includes(place));
  const ofSection =
    counts === undefined ? all.filter(({ places }) => places.includes(sectionPlace ?? "")) : [];
  const found = own.length > 0 ? own : ofSection;
  const remarks = found.map(({ text }) => text);
  const base = { place, shown };
  if (found.some(({ kind }) => kind === "problem")) return { ...base, verdict: "to do", remarks };
  if (replacedBy !== undefined) return { ...base, verdict: "goes", remarks: [`${replacedBy} replaces it`] };
  if (counts === undefined)
    return { ...base, verdict: "goes", remarks: remarks.length > 0 ? remarks : ["it says nothing"] };
  return { ...base, verdict: isOldSpelling(found, counts, shown) ? "changes" : "stays", remarks };
}

function isOldSpelling(remarks: readonly Remark[], { key, source }: WrittenSetting, shown: string): boolean {
  if (remarks.some(({ whole }) => whole.includes(" is an old spelling, write "))) return true;
  const written = shown.split(" = ")[0]?.split(" ").at(-1) ?? "";
  return source.kind === "file" && foldName(written) !== foldName(key);
}
