import { describeError } from "../base/errors.ts";
import type { LogFacts } from "../base/logger.ts";

/** What must never stand in a log: keys and the people that contexts describe. Compared without case, `-` and `_`. */
const secretNames = new Set([
  "authorization",
  "apikey",
  "credential",
  "sdkkey",
  "mobilekey",
  "expiringsdkkey",
  "password",
  "context",
  "contexts",
  "user",
]);

/** Names that a line has of its own; two members of one name would make the line ambiguous. */
const ownNames = new Set(["level", "time", "message", "process", "role"]);

/** Deeper than any fact that is meant to be read; it also ends a circle. */
const deepest = 5;

/**
 * Facts as they may stand in a log line: whatever is named like a secret is hidden at any depth, an `Error` becomes
 * its one-line description, and a fact named like a part of the line itself gets an underscore in front.
 *
 * It is the second line of defence. The first is not to log such things: a secret under another name passes.
 */
export function lineFacts(facts: LogFacts): LogFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      ownNames.has(name) ? `_${name}` : name,
      isSecret(name) ? hidden(value) : readable(value, 1),
    ]),
  );
}

function isSecret(name: string): boolean {
  return secretNames.has(name.toLowerCase().replace(/[-_]/g, ""));
}

/** An absent secret stays visibly absent: that it is missing is often the news. */
function hidden(value: unknown): unknown {
  return value === undefined || value === null ? value : "[hidden]";
}

function readable(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth === deepest) return "[…]";
  if (Array.isArray(value)) return value.map((element) => readable(element, depth + 1));
  const members =
    value instanceof Map ? [...value].map(([k, v]) => [String(k), v] as const) : Object.entries(value);
  return Object.fromEntries(
    members.map(([name, member]) => [name, isSecret(name) ? hidden(member) : readable(member, depth + 1)]),
  );
}
