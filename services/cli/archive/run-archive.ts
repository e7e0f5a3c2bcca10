import { UserError } from "../../../shared/base/errors.ts";
import type { Terminal } from "../terminal.ts";
import type { ArchiveCommand } from "./command.ts";
import { archiveJson, archiveProblems, archiveText, openArchive } from "./show.ts";

/** Commands that look at an archive, and need nothing else. */
export type ArchiveLook = Exclude<ArchiveCommand, { action: "create" }>;

/** Shows or verifies an archive. Rejects with a {@link UserError} if it, or when verifying an environment in it, cannot be used. */
export async function lookAtArchive(command: ArchiveLook, terminal: Terminal): Promise<void> {
  const archive = await openArchive(command.path);
  const nowMs = Date.now();
  if (command.action === "show") {
    terminal.result(command.json ? archiveJson(archive, nowMs) : archiveText(archive, nowMs));
    return;
  }
  const problems = archiveProblems(archive, nowMs);
  if (problems.length > 0)
    throw new UserError(
      [`the archive "${command.path}" has environments that cannot be used:`, ...problems].join("\n  "),
    );
  const count = archive.environments.length;
  terminal.result(
    `${command.path} is whole, and ${count === 1 ? "its environment" : `all ${count} environments in it`} can be used`,
  );
}

/** Prints what is in the archive of a configuration. Rejects with a {@link UserError} if it cannot be used. */
export async function checkArchive(path: string, terminal: Terminal): Promise<void> {
  terminal.result(`\n${archiveText(await openArchive(path), Date.now())}`);
}
