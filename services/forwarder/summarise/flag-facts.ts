/** What summarising needs to know of a flag that its SDK has not said. */
export interface FlagFacts {
  readonly trackEvents: boolean;
  /** In milliseconds since the epoch. */
  readonly debugEventsUntilDate: number | undefined;
  readonly variations: readonly unknown[];
}

/** The facts of a flag from its JSON; nothing if that is a tombstone, or nothing that can be read. */
export function flagFacts(json: string): FlagFacts | undefined {
  const flag = parsed(json);
  if (typeof flag !== "object" || flag === null) return undefined;
  const { trackEvents, debugEventsUntilDate, variations, deleted } = flag as Record<string, unknown>;
  if (deleted === true) return undefined;
  return {
    trackEvents: trackEvents === true,
    debugEventsUntilDate: typeof debugEventsUntilDate === "number" ? debugEventsUntilDate : undefined,
    variations: Array.isArray(variations) ? variations : [],
  };
}

/** A flag that somebody has damaged in Redis must not hold up the events of all others. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
