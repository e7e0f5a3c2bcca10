/** A value as a file writes it, read; or what is wrong with it. */
export type ValueText =
  | { readonly kind: "value"; readonly text: string; readonly suspect?: SuspectComment }
  | { readonly kind: "problem"; readonly problem: string };

/**
 * A comment that may not be meant: `;` or `#` right behind the value, with more behind it (`word#more`) or at the end
 * of the line (`word;`), or none where somebody meant one (`8030 // the port`).
 */
export type SuspectComment =
  | { readonly kind: "cut" | "cut at the end"; readonly at: string }
  | { readonly kind: "slashes" };

const ESCAPES: ReadonlyMap<string | undefined, string> = new Map([
  ["\\", "\\"],
  ['"', '"'],
  ["n", "\n"],
  ["t", "\t"],
]);

/**
 * Reads what stands after the `=`. It ends with the line, or at a `;` or `#` outside quotes; blanks around it
 * do not count. Double quotes may surround any part of it, and allow `\\ \" \n \t`. A `\` at the end of a line
 * continues it, for which `nextLine` is asked (R4.3).
 */
export function readValue(firstLine: string, nextLine: () => string | undefined): ValueText {
  let line = firstLine;
  let text = "";
  /** How much of `text` stands in or before quotes, so that its blanks are meant. */
  let kept = 0;
  let quoted = false;
  let suspect: SuspectComment | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (char === '"') {
      quoted = !quoted;
      kept = text.length;
    } else if (char === "\\" && quoted) {
      const meaning = ESCAPES.get(line[at + 1]);
      if (meaning === undefined)
        return problem('inside quotes a backslash must be followed by \\, ", n or t');
      text += meaning;
      at += 1;
    } else if (char === "\\") {
      const continuation = at === line.length - 1 ? nextLine() : undefined;
      if (continuation === undefined)
        return problem("a backslash must stand inside quotes, doubled, or be followed by one more line");
      line = continuation;
      at = -1;
    } else if (!quoted && (char === ";" || char === "#")) {
      suspect = suspectComment(line, at) ?? suspect;
      break;
    } else if (!quoted && char === "/" && /^\s\/\/(?:\s|$)/.test(line.slice(at - 1, at + 3))) {
      suspect = { kind: "slashes" };
      text += char;
    } else if (text !== "" || quoted || char.trim() !== "") {
      text += char;
    }
  }
  if (quoted) return problem("a quote is not closed");
  return {
    kind: "value",
    text: text.slice(0, kept) + text.slice(kept).trimEnd(),
    ...(suspect !== undefined && { suspect }),
  };
}

/** Blanks on one side at least are what people put around comments. */
function suspectComment(line: string, at: number): SuspectComment | undefined {
  const behind = line.slice(at + 1);
  const touches = at === 0 ? /^\S/.test(behind) : /[^\s"]/.test(line.charAt(at - 1));
  if (!touches) return undefined;
  return { kind: /^\S/.test(behind) ? "cut" : "cut at the end", at: line.charAt(at) };
}

function problem(text: string): ValueText {
  return { kind: "problem", problem: text };
}
