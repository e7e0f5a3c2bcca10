import { parsedOf, type RawMembers, textOf } from "./json-text.ts";

/** When the event happened; the beginning of time if it does not say, as with the Go relay. */
export function creationDateText(members: RawMembers): string {
  return textOf(members, "creationDate") ?? "0";
}

/** One of how many such events this is; nothing for one of one, which goes without saying. */
export function samplingRatioText(members: RawMembers): string | undefined {
  return parsedOf(members, "samplingRatio") === 1 ? undefined : textOf(members, "samplingRatio");
}
