import { describeError } from "../shared/base/errors.ts";
import type { LogLine } from "../test/support/relay-process.ts";

const LAST_LINES = 12;

/** What every line has, and nobody needs who sees only a few of one process. */
const USUAL: ReadonlySet<string> = new Set(["level", "message", "time", "process", "role"]);

/** Why the demo failed, and the last that the relay has said. */
export function failureText(error: unknown, relayLog: readonly LogLine[]): string {
  const last = relayLog.slice(-LAST_LINES).map((line) => `  ${logText(line)}\n`);
  const log = last.length > 0 ? ["The relay's last lines:\n", ...last] : [];
  return [`\nThe demo failed: ${describeError(error)}\n`, ...log].join("");
}

/** A line of the relay's log for people: `warn  Redis is away (connection=command)`. */
function logText(line: LogLine): string {
  if (typeof line.text === "string") return line.text;
  const facts = Object.entries(line)
    .filter(([name]) => !USUAL.has(name))
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const more = facts.length > 0 ? ` (${facts.join(", ")})` : "";
  return `${String(line.level).padEnd(5)} ${String(line.message)}${more}`;
}
