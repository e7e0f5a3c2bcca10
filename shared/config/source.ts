/** Where a setting, or a problem, comes from. */
export type Source =
  | { readonly kind: "file"; readonly file: string; readonly line: number }
  | { readonly kind: "variable"; readonly name: string };

/** A source in the words of problems and notices: `ld-relay.conf, line 3` or `PORT`. */
export function describeSource(source: Source): string {
  return source.kind === "file" ? `${source.file}, line ${source.line}` : source.name;
}
