import type * as z from "zod";
import type { GivenSection } from "./given.ts";
import type { Problems } from "./problems.ts";
import { about } from "./settings/setting.ts";

/** The values of a section, checked and converted, with defaults filled in. */
export type SectionValues<Settings extends z.ZodObject> = z.output<Settings>;

/**
 * Turns what is given for a section into values. What cannot be a value becomes a problem and counts as not given,
 * so that everything else can be checked further.
 */
export function readSectionValues<Settings extends z.ZodObject>(
  settings: Settings,
  given: GivenSection,
  problems: Problems,
): SectionValues<Settings> {
  const input = new Map<string, unknown>();
  for (const [key, { texts }] of given.settings) {
    const schema = settings.shape[key];
    input.set(key, schema !== undefined && about(schema).text.list ? texts : texts.at(-1));
  }
  const result = settings.safeParse(Object.fromEntries(input));
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    const key = String(path[0]);
    const faulty = given.settings.get(key);
    // One problem is enough for a setting: others follow from the first.
    if (faulty !== undefined && input.delete(key))
      problems.add(faulty.source, withLabel(faulty.label, withDoubt(message, faulty.doubt)));
  }
  return settings.parse(Object.fromEntries(input));
}

function withDoubt(message: string, doubt: string | undefined): string {
  return doubt === undefined ? message : `${message} (${doubt})`;
}

function withLabel(label: string, message: string): string {
  return label === "" ? message : `${label}: ${message}`;
}
