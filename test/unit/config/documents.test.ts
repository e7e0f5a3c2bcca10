import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readValid } from "./reading.ts";

const ROOT = join(import.meta.dirname, "../../..");

function writeDocs(...options: string[]): number | null {
  return spawnSync(process.execPath, ["scripts/configuration-docs.ts", ...options], { cwd: ROOT }).status;
}

describe("docs/configuration.md", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "configuration-docs-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("is current", () => {
    expect(writeDocs("--check")).toBe(0);
  });

  it("would be found out if it were not, and can be mended", () => {
    const copy = join(folder, "configuration.md");
    const current = readFileSync(join(ROOT, "docs/configuration.md"), "utf8");
    writeFileSync(copy, current.replace("| `30s` |", "| `3m` |"));
    expect(writeDocs("--check", copy)).toBe(1);
    expect(writeDocs(copy)).toBe(0);
    expect(readFileSync(copy, "utf8")).toBe(current);
  });
});

describe("ld-relay.conf", () => {
  it("is a valid example of two projects with two environments each, in today's spelling", () => {
    const { configuration, notices } = readValid(readFileSync(join(ROOT, "ld-relay.conf"), "utf8"));
    expect(configuration.environments.map(({ name }) => name)).toEqual([
      "Spree Project Production",
      "Spree Project Test",
      "Shopnify Project Production",
      "Shopnify Project Test",
    ]);
    expect(notices).toEqual([]);
  });
});
