import { parseArgs } from "node:util";
import { describeError, UserError } from "../shared/base/errors.ts";

/** What the arguments of the demo ask for. */
export type Request = { readonly kind: "help" } | { readonly kind: "demo"; readonly keep: boolean };

export const USAGE = `Usage: npm run demo [-- OPTIONS]

Starts a simulated LaunchDarkly, the relay with a Redis of its own, and two official SDKs; changes
a flag and shows how fast the change reaches each of them, and which events come back.
Everything is on free ports and in temporary folders, and gone at the end.

  --keep    leave it running, with a change every few seconds, and say what to try with curl
  --help    print this
`;

/** Throws a {@link UserError} for what it does not know. */
export function parseRequest(args: readonly string[]): Request {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { keep: { type: "boolean", default: false }, help: { type: "boolean", short: "h" } },
    });
    return values.help ? { kind: "help" } : { kind: "demo", keep: values.keep };
  } catch (error) {
    throw new UserError(`${describeError(error)}. Try --help`);
  }
}
