import { describeError, UserError } from "../shared/base/errors.ts";
import { parseRequest, USAGE } from "./arguments.ts";
import { introduction, runSimulator } from "./run-simulator.ts";

/** `npm run simulator`: a LaunchDarkly to develop against. */
async function main(): Promise<void> {
  const request = parseRequest(process.argv.slice(2));
  if (request.kind === "help") {
    process.stdout.write(USAGE);
    return;
  }
  const simulator = await runSimulator(request);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void simulator.stop());
  process.stdout.write(introduction(simulator));
}

try {
  await main();
} catch (error) {
  process.stderr.write(`Error: ${error instanceof UserError ? error.message : describeError(error)}\n`);
  process.exitCode = 1;
}
