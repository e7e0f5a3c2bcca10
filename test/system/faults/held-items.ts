import type { SseEvent } from "../../support/sse-parser.ts";

interface HeldItem {
  readonly version: number;
}
type Held = Record<"flags" | "segments", Record<string, HeldItem>>;

/**
 * What a server-side SDK holds after `events` (S1): a `put` replaces everything, a patch or
 * delete counts only above the version that it holds, or has seen deleted since the last `put`.
 */
export function heldBy(events: readonly SseEvent[]): Held {
  let held: Held = { flags: {}, segments: {} };
  let highest = new Map<string, number>();
  for (const { event, data } of events) {
    const said = JSON.parse(data);
    if (event === "put") {
      held = { flags: { ...said.data.flags }, segments: { ...said.data.segments } };
      highest = new Map();
      continue;
    }
    const [, kind, key] = /^\/(flags|segments)\/(.*)$/.exec(said.path) as unknown as [
      string,
      keyof Held,
      string,
    ];
    const version: number = event === "patch" ? said.data.version : said.version;
    if (version <= Math.max(held[kind][key]?.version ?? 0, highest.get(said.path) ?? 0)) continue;
    highest.set(said.path, version);
    if (event === "patch") held[kind][key] = said.data;
    else delete held[kind][key];
  }
  return held;
}

/** The version of a flag that an SDK held after each event that it got; 0 for none. */
export function versionsHeld(events: readonly SseEvent[], key: string): readonly number[] {
  return events.map((_, index) => heldBy(events.slice(0, index + 1)).flags[key]?.version ?? 0);
}
