import type { DescribedContext } from "./described-context.ts";
import { objectText } from "./json-text.ts";

/** An `index` event: who a context is that other events only name. `creationDate` is raw JSON. */
export function indexText(context: DescribedContext, creationDate: string): string {
  return objectText({ kind: '"index"', creationDate, context: context.text });
}
