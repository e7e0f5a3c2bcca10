import { readValue, type SuspectComment } from "./value-text.ts";

/** What a line says, with its number (the first of several that belong together). */
export type Line =
  | { readonly kind: "header"; readonly line: number; readonly section: string; readonly name?: string }
  | {
      readonly kind: "setting";
      readonly line: number;
      readonly key: string;
      readonly value?: string;
      readonly suspect?: SuspectComment;
    }
  | { readonly kind: "problem"; readonly line: number; readonly problem: string; readonly ofHeader: boolean };

const IGNORED = /^(?:[;#].*)?$/s;
const HEADER = /^\[\s*([a-z_][a-z0-9_-]*)\s*(?:"((?:[^"\\]|\\["\\])*)"\s*)?\]\s*(?:[;#].*)?$/is;
const SETTING = /^([a-z_][a-z0-9_-]*)\s*(?:=\s*(.*)|(?:[;#].*)?)$/is;

/**
 * Reads a file in git-config style line by line (R4.3): blanks around lines, comments, quotes,
 * continued lines. What the lines mean together is no concern of this.
 */
export function readLines(text: string): Line[] {
  const physical = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const lines: Line[] = [];
  const slashes: number[] = [];
  for (let index = 0; index < physical.length; index += 1) {
    const line = index + 1;
    const content = physical[index]?.trim() ?? "";
    if (IGNORED.test(content)) continue;
    if (content.startsWith("//")) {
      slashes.push(line);
      continue;
    }
    if (content.startsWith("[")) {
      lines.push(readHeader(content, line));
      continue;
    }
    lines.push(
      readSetting(content, line, () => {
        index += 1;
        return physical[index]?.trimEnd();
      }),
    );
  }
  return slashes.length === 0 ? lines : [...lines, slashProblem(slashes)];
}

/** One problem for all of them: whoever writes one comment so writes all of them so. */
function slashProblem([line = 0, ...others]: readonly number[]): Line {
  const also = others.length === 0 ? "" : `, here and in line ${others.join(", ")}`;
  return {
    kind: "problem",
    line,
    ofHeader: false,
    problem: `// does not begin a comment: write # or ;${also}`,
  };
}

function readHeader(content: string, line: number): Line {
  const [, section, name] = HEADER.exec(content) ?? [];
  if (section === undefined)
    return {
      kind: "problem",
      line,
      ofHeader: true,
      problem: 'a section is written [Name] or [Name "subname"]',
    };
  if (name === undefined) return { kind: "header", line, section };
  return { kind: "header", line, section, name: name.replace(/\\(["\\])/g, "$1") };
}

function readSetting(content: string, line: number, nextLine: () => string | undefined): Line {
  const [, key, rest] = SETTING.exec(content) ?? [];
  const problem = { kind: "problem", line, ofHeader: false } as const;
  if (key === undefined)
    return {
      ...problem,
      problem: "expected a [Section] or key = value; a key is a letter, then letters or digits",
    };
  if (rest === undefined) return { kind: "setting", line, key };
  const value = readValue(rest, nextLine);
  if (value.kind === "problem") return { ...problem, problem: `${key}: ${value.problem}` };
  const { text, suspect } = value;
  return { kind: "setting", line, key, value: text, ...(suspect !== undefined && { suspect }) };
}
