import { setTimeout as pause } from "node:timers/promises";
import type { Backstage } from "./backstage.ts";
import { SDKS } from "./demo-sdk.ts";
import { type Flip, flip } from "./flip.ts";
import { flipHead, flipRow, propagationText } from "./flip-text.ts";
import type { Stage } from "./stage.ts";
import { FLAG_KEY } from "./the-flag.ts";

const CHANGES = 6;
const BETWEEN_MS = 150;

/** Changes the flag a few times and shows what everybody saw, and how long that took. Rejects if somebody did not. */
export async function showChanges(stage: Stage, { screen, interruption }: Backstage): Promise<void> {
  screen.heading(`LaunchDarkly changes ${FLAG_KEY}`);
  screen.lines(flipHead(SDKS, screen.paint));
  const flips: Flip[] = [];
  for (let count = 0; count < CHANGES; count += 1) {
    await interruption.or(pause(BETWEEN_MS));
    const done = await interruption.or(flip(stage.environment, stage));
    screen.lines(flipRow(done, screen.paint));
    flips.push(done);
  }
  screen.lines("", propagationText(flips, screen.paint));
}
