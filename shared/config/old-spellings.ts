import { describeSource, type Source } from "./source.ts";

/** A name of earlier days, and what its values would be called today. */
export interface OldSpelling {
  readonly name: string;
  translate(text: string): string;
}

/** What earlier releases called a setting, back to the first one (R4.5 and R4.6). */
export interface OldSpellings {
  readonly keys?: readonly OldSpelling[];
  readonly variables?: readonly OldSpelling[];
  /** Today's spelling of a value of earlier days; other values stay as they are. */
  readonly value?: (text: string) => string;
  /** The same for a variable whose name has stayed although what it holds is written otherwise today. */
  readonly variableValue?: (text: string) => string;
}

/** The same value under another name. */
export function sameAs(name: string): OldSpelling {
  return { name, translate: (text) => text };
}

/** A bare number of seconds. */
export function secondsAs(name: string): OldSpelling {
  return { name, translate: withUnit("s") };
}

/** A bare number of minutes. */
export function minutesAs(name: string): OldSpelling {
  return { name, translate: withUnit("m") };
}

/** Variables counted some times in seconds, under the names that they still have. */
export const bareSeconds = withUnit("s");

/** The first relay counted `localTtl` in milliseconds, and only there a bare number is still taken. */
export const bareMilliseconds = withUnit("ms");

const FORMER_BASE_URI = /^https:\/\/app\.launchdarkly\.com\/*$/;

/** What was the default for a long time and no longer serves SDKs. */
export function currentBaseUri(uri: string): string {
  return FORMER_BASE_URI.test(uri) ? "https://sdk.launchdarkly.com" : uri;
}

/** The prefix of metrics as Prometheus allows it: all else becomes `_`, and so it does in the original. */
export function currentMetricPrefix(prefix: string): string {
  return prefix.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/^(?=\d)/, "_");
}

/** The log line that teaches the new spelling. Both must be fit to be shown; a variable needs no other place. */
export function oldSpellingNotice(source: Source, old: string, current: string): string {
  const place = source.kind === "file" ? `${describeSource(source)}: ` : "";
  return `${place}${old} is an old spelling, write ${current}`;
}

/** A bare `0` needs no unit. */
function withUnit(unit: string): (text: string) => string {
  return (text) => (/^[1-9]\d*$/.test(text) ? text + unit : text);
}
