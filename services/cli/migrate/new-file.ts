import { sectionLabel } from "../../../shared/config/given.ts";
import { describeSource } from "../../../shared/config/source.ts";
import type { WrittenSetting } from "../../../shared/config/written-settings.ts";
import type { Review, ReviewedSetting } from "./review.ts";

/**
 * The text of a configuration file that says what `written` does, in today's spelling. What cannot stand in it stands
 * there as comments, with the reasons. It contains the secrets.
 */
export function newFile(
  from: string,
  written: readonly WrittenSetting[],
  { settings, general }: Review,
): string {
  const todo = settings.filter(({ verdict }) => verdict === "to do");
  const refused = new Set(todo.map(({ place }) => place));
  const usable = written.filter(({ source }) => !refused.has(describeSource(source)));
  const sections = Map.groupBy(usable, ({ section, name }) => sectionLabel(section, name));
  const parts = [
    [`# Made by ld-relay migrate from ${from}.`, ...generalTodo(general), ...todo.map(comment("TO DO"))],
    ...[...sections].map(([label, each]) => [label, ...each.flatMap(settingLines)]),
    settings.filter(({ verdict }) => verdict === "goes").map(comment("left out")),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n")}\n`;
}

function generalTodo(general: Review["general"]): string[] {
  return general.filter(({ verdict }) => verdict === "to do").map(({ text }) => `# TO DO: ${oneLine(text)}`);
}

function comment(what: string): (setting: ReviewedSetting) => string {
  return ({ place, shown, remarks }) => `# ${what}: ${oneLine(`${shown} (${place}): ${remarks.join("; ")}`)}`;
}

function settingLines({ key, texts }: WrittenSetting): string[] {
  return texts.map((text) => `${key} = ${valueText(text)}`);
}

/** A value as a file writes it: in quotes if it would end early, or mean something else, without. */
function valueText(text: string): string {
  if (!/[;#"\\\n\t]|^\s|\s$|\s\/\//.test(text)) return text;
  const escaped = text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
