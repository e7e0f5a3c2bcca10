import { parseArgs } from "node:util";
import { describeError, UserError } from "../shared/base/errors.ts";

/** What the arguments of `npm run simulator` ask for; ports that are left out are free ones. */
export type SimulatorRequest =
  | { readonly kind: "help" }
  | { readonly kind: "run"; readonly port?: number; readonly controlPort?: number };

export const USAGE = `Usage: npm run simulator [-- OPTIONS]

Starts a LaunchDarkly to develop against, with one environment: flag streams, polls, goals and event intake on one
address, and another address at which flags are changed. Prints both, the keys, and what to try. Ctrl-C ends it.

  --port N           where SDKs and relays connect; a free port by default
  --control-port N   where flags are changed; a free port by default
  --help             print this
`;

/** Throws a {@link UserError} for what it does not know. */
export function parseRequest(args: readonly string[]): SimulatorRequest {
  const values = parse(args);
  if (values.help) return { kind: "help" };
  const port = portOf("--port", values.port);
  const controlPort = portOf("--control-port", values["control-port"]);
  return {
    kind: "run",
    ...(port !== undefined && { port }),
    ...(controlPort !== undefined && { controlPort }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: "string" },
        "control-port": { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UserError(`${describeError(error)}. Try --help`);
  }
}

function portOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new UserError(`${option} ${text}: a port is a number between 1 and 65535. Try --help`);
}
