import type { Flip } from "./flip.ts";
import { median, millisecondsText } from "./milliseconds.ts";
import type { Paint } from "./paint.ts";

const COLUMN = 22;
const STATE = 6;
const DELAY = 9;

/** The heads of the columns that {@link flipRow} fills. */
export function flipHead(sdks: readonly { readonly name: string }[], paint: Paint): string {
  const heads = ["LaunchDarkly sent", "Redis has it", ...sdks.map(({ name }) => `${name} evaluates to`)];
  return paint(
    "dim",
    heads
      .map((head) => head.padEnd(COLUMN))
      .join("")
      .trimEnd(),
  );
}

/** What each part saw of a change, and how long after LaunchDarkly had sent it. */
export function flipRow({ version, value, redisMs, sdkMs }: Flip, paint: Paint): string {
  const sightings = [
    sighting(`v${version}`, redisMs, paint),
    ...sdkMs.map((ms) => sighting(String(value), ms, paint)),
  ];
  return `patch, version ${version}`.padEnd(COLUMN) + sightings.join("").trimEnd();
}

function sighting(state: string, ms: number | undefined, paint: Paint): string {
  const [text, delay] = ms === undefined ? ["not", "seen"] : [state, `+${millisecondsText(ms)}`];
  const rest = " ".repeat(COLUMN - STATE - DELAY);
  return text.padEnd(STATE) + paint(ms === undefined ? "red" : "green", delay.padStart(DELAY)) + rest;
}

/** How long the changes took from LaunchDarkly to the SDKs, in a sentence. Throws if one did not arrive. */
export function propagationText(flips: readonly Flip[], paint: Paint): string {
  const times = flips.flatMap(({ version, sdkMs }) =>
    sdkMs.map((ms) => {
      if (ms === undefined) throw new Error(`version ${version} of the flag has not reached every SDK`);
      return ms;
    }),
  );
  const middle = paint("green", millisecondsText(median(times)));
  const slowest = millisecondsText(Math.max(...times));
  return `A change takes ${middle} from LaunchDarkly to an SDK (median of ${times.length}; the slowest took ${slowest}).`;
}
