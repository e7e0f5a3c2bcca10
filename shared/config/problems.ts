import { inWordsOf } from "./setting-names.ts";
import { describeSource, type Source } from "./source.ts";

/**
 * Everything that is wrong with a configuration, so that it can be said at once: whoever corrects a file wants to
 * do it once, not once a start.
 */
export class Problems {
  readonly #found: { readonly source: Source | undefined; readonly text: string }[] = [];

  /** Adds what is wrong at `source`, or with the configuration as a whole. Never give it a secret. */
  add(source: Source | undefined, text: string): void {
    this.#found.push({ source, text });
  }

  /** One line each: the file's by their place in it, then the variables', then what has no place. */
  list(): string[] {
    return this.#found
      .toSorted((one, other) => rank(one.source) - rank(other.source))
      .map(({ source, text }) =>
        source === undefined ? text : `${describeSource(source)}: ${inWordsOf(source, text)}`,
      );
  }
}

function rank(source: Source | undefined): number {
  if (source === undefined) return Number.MAX_VALUE;
  return source.kind === "file" ? source.line : Number.MAX_SAFE_INTEGER;
}
