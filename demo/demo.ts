import { describeError, UserError } from "../shared/base/errors.ts";
import { parseRequest, USAGE } from "./arguments.ts";
import { Backstage } from "./backstage.ts";
import { failureText } from "./failure-text.ts";
import { Interrupted } from "./interruption.ts";
import { keepRunning } from "./keep-running.ts";
import { paintFor } from "./paint.ts";
import { Screen } from "./screen.ts";
import { showChanges } from "./show-changes.ts";
import { showEvents } from "./show-events.ts";
import { setStage } from "./stage.ts";

/** `npm run demo`: a flag's way from LaunchDarkly to SDKs, and their events' way back. */
async function main(): Promise<number> {
  const request = parseRequest(process.argv.slice(2));
  if (request.kind === "help") {
    process.stdout.write(USAGE);
    return 0;
  }
  const screen = new Screen(process.stdout, paintFor(process.stdout.isTTY, process.env.NO_COLOR));
  const backstage = new Backstage(screen);
  backstage.interruption.onSignals();
  // A reader who leaves, or a terminal that is closed, ends the demo in order, too.
  process.stdout.on("error", (error) => backstage.interruption.because(error));
  const exitCode = await perform(request.keep, backstage);
  screen.lines("");
  await screen.step(
    "stopping everything",
    () => backstage.scope.stop(),
    () => "all ended, files removed",
  );
  return exitCode;
}

/** Tells the story and returns the exit code. */
async function perform(keep: boolean, backstage: Backstage): Promise<number> {
  try {
    backstage.screen.heading("The relay between LaunchDarkly and two of its SDKs");
    const stage = await setStage(backstage);
    if (keep) return await keepRunning(stage, backstage);
    await showChanges(stage, backstage);
    await showEvents(stage, backstage);
    return 0;
  } catch (error) {
    if (error instanceof Interrupted) return keep ? 0 : error.exitCode;
    process.stderr.write(failureText(error, backstage.relay?.logs ?? []));
    return 1;
  }
}

try {
  process.exit(await main());
} catch (error) {
  const text = error instanceof UserError ? error.message : describeError(error);
  process.stderr.write(`demo: ${text}\n`);
  process.exit(1);
}
