import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LOG_EVENTS } from "../../../shared/base/log-events.ts";

const ROOT = join(import.meta.dirname, "../../..");
const REGISTER = "shared/base/log-events.ts";

/** `event level` for each level of each event. */
const registered = Object.entries(LOG_EVENTS).flatMap(([level, events]) =>
  events.map((event) => `${event} ${level}`),
);

describe("the events of log lines", () => {
  it("are those that docs/operate.md explains, at the levels that it names", () => {
    const document = readFileSync(join(ROOT, "docs/operate.md"), "utf8");
    const [table = ""] = /^\| event \| level \|(.+\n)+/m.exec(document) ?? [];
    const rows = table.matchAll(/^\| `([\w.]+)` +\| ([a-z, ]+?) +\| /gm);
    const documented = [...rows].flatMap(([, event, levels = ""]) =>
      levels.split(", ").map((level) => `${event} ${level}`),
    );
    expect(documented.toSorted()).toEqual(registered.toSorted());
  });

  it("are all in use", () => {
    const sources = globSync("{services,shared}/**/*.ts", { cwd: ROOT })
      .filter((file) => file !== REGISTER)
      .map((file) => readFileSync(join(ROOT, file), "utf8"))
      .join("\n");
    expect(events().filter((event) => !sources.includes(`"${event}"`))).toEqual([]);
  });

  it("are dotted words in lower case", () => {
    expect(events().filter((event) => !/^[a-z]+(_[a-z]+)*(\.[a-z]+(_[a-z]+)*)+$/.test(event))).toEqual([]);
  });
});

function events(): string[] {
  return [...new Set(Object.values(LOG_EVENTS).flat())];
}
