import { expect, it } from "vitest";
import { startNodeProgram } from "../../support/node-program.ts";

it("what libraries print, and Node's warnings, are lines of JSON, each said once", async () => {
  const run = startNodeProgram(new URL("programs/stray-output.ts", import.meta.url));
  await run.ended;
  const lines = run
    .stdout()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(run.stderr()).toBe("");
  expect(lines.map(({ level, event }) => `${level} ${event}`)).toEqual([
    "warn process.output",
    "warn process.output",
    "info process.output",
    "warn process.warning",
    "warn process.warning",
  ]);
  expect(lines[0].message).toBe("[WARN] a library says something");
  expect(lines[2].message).toBe("two\nlines");
  expect(lines[3].message).toContain("MaxListenersExceededWarning");
  expect(lines[4].message).toBe("DeprecationWarning: old");
});
