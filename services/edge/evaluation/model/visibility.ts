/** Which kinds of clients may see a flag, besides servers, which see all. */
export interface Visibility {
  readonly mobile: boolean;
  readonly browser: boolean;
}

/**
 * Reads it from a flag, however malformed that is otherwise. A flag from before there was a choice is there for mobile
 * SDKs, and for browsers if it says `clientSide` (R1.6).
 */
export function visibilityOf(flag: Readonly<Record<string, unknown>>): Visibility {
  const chosen = flag.clientSideAvailability;
  if (typeof chosen !== "object" || chosen === null)
    return { mobile: true, browser: flag.clientSide === true };
  const { usingMobileKey, usingEnvironmentId } = chosen as Record<string, unknown>;
  return { mobile: usingMobileKey === true, browser: usingEnvironmentId === true };
}
