import { setTimeout as pause } from "node:timers/promises";
import type { SimulatedEnvironment } from "../simulator/simulated-environment.ts";
import { FLAG_KEY } from "./the-flag.ts";
import type { Witness } from "./witness.ts";

/** Whom a change of the flag reaches, in the order of its way. */
export interface Witnesses {
  readonly redis: Witness;
  readonly sdks: readonly Witness[];
}

/** When a change reached whom, in milliseconds since LaunchDarkly sent it; `undefined`: not in time. */
export interface Flip {
  readonly version: number;
  readonly value: boolean;
  readonly redisMs: number | undefined;
  readonly sdkMs: readonly (number | undefined)[];
}

const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 5;

/** Turns the flag on if it is off and off if it is on, and resolves when everybody has seen it, or should have. */
export async function flip(environment: SimulatedEnvironment, { redis, sdks }: Witnesses): Promise<Flip> {
  const value = !isOn(environment);
  const sentAt = performance.now();
  environment.change("flags", FLAG_KEY, { on: value });
  const { version } = theFlag(environment);
  const arrival = (witness: Witness, state: string) => arrivalMs(witness, state, sentAt);
  const [redisMs, ...sdkMs] = await Promise.all([
    arrival(redis, `v${version}`),
    ...sdks.map((sdk) => arrival(sdk, String(value))),
  ]);
  return { version, value, redisMs, sdkMs };
}

/** Witnesses note the time themselves, so how often we look does not matter to what is measured. */
async function arrivalMs(witness: Witness, state: string, sentAt: number): Promise<number | undefined> {
  while (performance.now() - sentAt < PATIENCE_MS) {
    const { latest } = witness;
    if (latest !== undefined && latest.at >= sentAt && latest.state === state) return latest.at - sentAt;
    await pause(LOOK_EVERY_MS);
  }
  return undefined;
}

function isOn(environment: SimulatedEnvironment): boolean {
  return JSON.parse(theFlag(environment).raw).on === true;
}

function theFlag(environment: SimulatedEnvironment) {
  const item = environment.data.flags.get(FLAG_KEY);
  if (item === undefined) throw new Error(`the flag ${FLAG_KEY} is gone`);
  return item;
}
