/** `npm run bench -- NAME [--option=value …]`: runs one benchmark; exit 1 when it misses its targets. */
import { benchDrain } from "./drain.ts";
import { benchEvaluation } from "./evaluation.ts";
import { benchEvents } from "./events.ts";
import { benchFairness } from "./fairness.ts";
import { benchStart } from "./start.ts";
import { benchStreams } from "./streams.ts";

const BENCHMARKS: Readonly<Record<string, (options: readonly string[]) => Promise<boolean>>> = {
  drain: benchDrain,
  evaluation: benchEvaluation,
  events: benchEvents,
  fairness: benchFairness,
  start: benchStart,
  streams: benchStreams,
};

const [name = "", ...options] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined;
if (bench === undefined) {
  console.error(
    `usage: bench NAME [--option=value …], NAME being one of: ${Object.keys(BENCHMARKS).join(", ")}`,
  );
  process.exitCode = 1;
} else if (!(await bench(options))) process.exitCode = 1;
