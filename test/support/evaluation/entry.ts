/** What a client is told about a flag, parsed. */
export type Entry = Readonly<Record<string, unknown>>;

/** An entry of these members of the SDK's, without those that mean nothing. */
export function entryOf(value: unknown, members: Entry): Entry {
  const { variation, reason, ...rest } = members;
  const meaningful = Object.entries(rest).filter(([, member]) => Boolean(member));
  return {
    value: value ?? null,
    ...(typeof variation === "number" && { variation }),
    ...(reason !== undefined && { reason: reasonOf(reason as Entry) }),
    ...Object.fromEntries(meaningful),
  };
}

/** Whether the flag could not be evaluated. */
export function isError(entry: Entry): boolean {
  return (entry.reason as Entry | undefined)?.kind === "ERROR";
}

/** A rule without an id has none in its reason. */
function reasonOf({ ruleId, ...reason }: Entry): Entry {
  return ruleId ? { ...reason, ruleId } : reason;
}
