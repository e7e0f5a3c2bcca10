import { setTimeout as pause } from "node:timers/promises";
import type { Backstage } from "./backstage.ts";
import { SDKS } from "./demo-sdk.ts";
import { payloadRow } from "./event-text.ts";
import { flip } from "./flip.ts";
import { flipHead, flipRow } from "./flip-text.ts";
import type { Screen } from "./screen.ts";
import type { Stage } from "./stage.ts";
import { FLAG_KEY } from "./the-flag.ts";
import { thingsToTry } from "./things-to-try.ts";

const EVERY_MS = 3_000;

/** Says what there is to try, and changes the flag every few seconds, until the interruption rejects. */
export async function keepRunning(stage: Stage, { screen, interruption }: Backstage): Promise<never> {
  screen.heading("Try it, in another terminal");
  screen.lines(...thingsToTry(stage, screen.paint));
  screen.heading(`LaunchDarkly changes ${FLAG_KEY} every ${EVERY_MS / 1_000} seconds; Ctrl-C ends it all`);
  screen.lines(flipHead(SDKS, screen.paint));
  for (;;) {
    await interruption.or(pause(EVERY_MS));
    screen.lines(flipRow(await interruption.or(flip(stage.environment, stage)), screen.paint));
    showNewEvents(stage, screen);
  }
}

/** Forgets them then: the demo may run for days. */
function showNewEvents({ launchDarkly: { events } }: Stage, screen: Screen): void {
  for (const post of events.counted) screen.lines(screen.paint("dim", `events: ${payloadRow(post)}`));
  events.clear();
}
