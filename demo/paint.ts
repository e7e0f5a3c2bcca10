import { styleText } from "node:util";

/** How a piece of text stands out. */
type Style = "bold" | "dim" | "green" | "yellow" | "red";

/** Makes text stand out, where that is possible and wanted. Its length in columns stays the same. */
export type Paint = (style: Style, text: string) => string;

/** Colours for a terminal, unless `NO_COLOR` has a value (no-color.org); nothing but text for everybody else. */
export function paintFor(isTerminal: boolean, noColor: string | undefined): Paint {
  if (!isTerminal || (noColor !== undefined && noColor !== "")) return (_style, text) => text;
  return (style, text) => styleText(style, text, { validateStream: false });
}
