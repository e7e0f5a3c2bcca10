import type { SuspectComment } from "./file/value-text.ts";
import type { TextTraits } from "./values/value-type.ts";

/** Why a text may not be what was meant, in words that go behind "because" and contain nothing of the text. */
export type Doubt = string;

/** A text in quotes, which are part of it wherever only a shell or another format would have taken them away. */
export function quoteDoubt(text: string): Doubt | undefined {
  const [, quote] = /^(["'`]).*\1$/s.exec(text) ?? [];
  if (quote === undefined || text.length < 2) return undefined;
  return `the ${quote === '"' ? "double" : "single"} quotes around it are part of the value; leave them out`;
}

/**
 * What a file's line says behind a value and may not mean. A secret is never worth a guess; other values end in `;`
 * by habit.
 */
export function commentDoubt(suspect: SuspectComment | undefined, { secret }: TextTraits): Doubt | undefined {
  switch (suspect?.kind) {
    case "cut at the end":
      if (!secret) return undefined;
      return cutDoubt(suspect.at);
    case "cut":
      return cutDoubt(suspect.at);
    case "slashes":
      return "// does not begin a comment: write # or ;";
    case undefined:
      return undefined;
  }
}

function cutDoubt(at: string): Doubt {
  return `the ${at} behind it begins a comment; put the whole value in double quotes if it is part of it`;
}
