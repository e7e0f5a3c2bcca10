import { UserError } from "../../../shared/base/errors.ts";
import { unknownCommand } from "../help.ts";

/** What `ld-relay archive` is to do, and with which file. */
export type ArchiveCommand =
  | {
      readonly action: "create";
      readonly path: string;
      /** Only this environment, by its name. */
      readonly environment: string | undefined;
    }
  | { readonly action: "show"; readonly path: string; readonly json: boolean }
  | { readonly action: "verify"; readonly path: string };

/** The command in the words after `archive`. Throws a {@link UserError} for what it does not know. */
export function parseArchiveCommand(
  words: readonly string[],
  options: { readonly environment?: string | undefined; readonly json?: boolean | undefined },
): ArchiveCommand {
  const [action, path, ...more] = words;
  if (action !== "create" && action !== "show" && action !== "verify")
    throw unknownCommand(["archive", ...words]);
  if (path === undefined || more.length > 0)
    throw new UserError(`ld-relay archive ${action} takes one FILE. Try ld-relay help archive ${action}`);
  switch (action) {
    case "create":
      return { action, path, environment: options.environment };
    case "show":
      return { action, path, json: options.json ?? false };
    case "verify":
      return { action, path };
  }
}
