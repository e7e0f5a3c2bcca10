import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atProcessEnd } from "./at-process-end.ts";

const folders = new Set<string>();
atProcessEnd(() => {
  for (const folder of folders) removeFolder(folder);
});

/** A new folder of our own; removed at the end of this process if {@link removeFolder} has not done so before. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "ld-relay-test-"));
  folders.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}
