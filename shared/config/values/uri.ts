import * as z from "zod";
import { valueType } from "./value-type.ts";

/** Where a service of LaunchDarkly is, ready to have a path put behind it: without a trailing slash. */
export const serviceUri = valueType(
  "URL",
  z.string().transform((text, context) => {
    const problem = problemOf(text);
    if (problem === undefined) return text.replace(/\/+$/, "");
    context.addIssue({ code: "custom", message: problem });
    return z.NEVER;
  }),
);

function problemOf(text: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text) && !text.startsWith(":")) return "must be an absolute URL/URI";
  if (!URL.canParse(text)) return "not a valid URL/URI";
  const url = new URL(text);
  if (!/^https?:\/\//i.test(text)) return "must be an absolute URL/URI that begins with http:// or https://";
  if (url.username !== "" || url.password !== "") return "must not contain a user name or password";
  if (url.search !== "" || url.hash !== "") return "must not contain a query or fragment";
  return undefined;
}
