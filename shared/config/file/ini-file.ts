import { parse } from "ini";
import { type Line, readLines } from "./lines.ts";
import type { SuspectComment } from "./value-text.ts";

/** A section of a configuration file; headers that are written alike are one section. */
export interface FileSection {
  /** As written. */
  readonly section: string;
  /** The part in quotes, as in `[Environment "Production"]`. */
  readonly name?: string;
  readonly line: number;
  /** In the order of the file. */
  readonly settings: readonly FileSetting[];
}

export interface FileSetting {
  /** As written. */
  readonly key: string;
  /** Missing when the line is a key alone, without `=`. */
  readonly value?: string;
  readonly line: number;
  /** A comment behind the value that may not be meant as one. */
  readonly suspect?: SuspectComment;
}

interface FileProblem {
  readonly line: number;
  readonly problem: string;
}

export interface IniFile {
  readonly sections: readonly FileSection[];
  readonly problems: readonly FileProblem[];
}

/** Where the lines of a section's headers are kept; no setting can be called so. */
const HEADER_LINES = "@";

/**
 * Reads a configuration file's syntax. Values are still text, and nothing is known yet about which sections and
 * settings there are.
 */
export function readIni(text: string): IniFile {
  const lines = readLines(text);
  const problems = lines.flatMap((line) => (line.kind === "problem" ? [line] : []));
  const { prepared, strays } = prepareForIni(lines);
  // With every key written `key[]`, each value is a list, and a repeated key keeps all of them.
  const parsed = parse(prepared) as Record<string, Record<string, string[]>>;
  const suspects = new Map(
    lines.flatMap((line) =>
      line.kind === "setting" && line.suspect !== undefined ? [[line.line, line.suspect]] : [],
    ),
  );
  return {
    sections: Object.entries(parsed).map((entry) => toSection(entry, suspects)),
    problems: [...problems, ...strays],
  };
}

/**
 * Writes the lines so that `ini` reads them for what they are. It would split section names at dots, take quotes
 * and `true` for something of its own, and knows no line numbers; so names and values are percent-encoded, and
 * every value carries its line: `$streamUri[]=3:https%3A%2F%2F…`. The `$` is for `__proto__`, which `ini` drops.
 */
function prepareForIni(lines: readonly Line[]): { prepared: string; strays: FileProblem[] } {
  const prepared: string[] = [];
  const strays: FileProblem[] = [];
  let place: "before any section" | "section" | "unreadable section" = "before any section";
  for (const line of lines) {
    if (line.kind === "header") {
      const name = line.name === undefined ? "" : `:${encode(line.name)}`;
      prepared.push(`[$${line.section}${name}]`, `${HEADER_LINES}[]=${line.line}`);
      place = "section";
    } else if (line.kind === "problem") {
      if (line.ofHeader) place = "unreadable section";
    } else if (place === "section") {
      const value = line.value === undefined ? "" : `:${encode(line.value)}`;
      prepared.push(`$${line.key}[]=${line.line}${value}`);
    } else if (place === "before any section") {
      strays.push({ line: line.line, problem: `${line.key}: is before the first [Section]` });
    }
  }
  return { prepared: prepared.join("\n"), strays };
}

type Suspects = ReadonlyMap<number, SuspectComment>;

function toSection([header, keys]: [string, Record<string, string[]>], suspects: Suspects): FileSection {
  const [section, name] = splitEncoded(header.slice(1));
  const settings = Object.entries(keys).flatMap(([key, values]) =>
    key === HEADER_LINES ? [] : values.map((value) => toSetting(key.slice(1), value, suspects)),
  );
  return {
    section,
    ...(name !== undefined && { name }),
    line: Number(keys[HEADER_LINES]?.[0]),
    settings: settings.toSorted((one, other) => one.line - other.line),
  };
}

function toSetting(key: string, numberedValue: string, suspects: Suspects): FileSetting {
  const [number, value] = splitEncoded(numberedValue);
  const line = Number(number);
  const suspect = suspects.get(line);
  return { key, ...(value !== undefined && { value }), line, ...(suspect !== undefined && { suspect }) };
}

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(".", "%2E");
}

function splitEncoded(text: string): [string, string | undefined] {
  const colon = text.indexOf(":");
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), decodeURIComponent(text.slice(colon + 1))];
}
