type Headers = Readonly<Record<string, string>>;

/** How headers differ from others: `true` is the payload's own id as a value, `null` a header that is no more. */
export type HeaderChanges = Readonly<Record<string, string | true | null>>;

/** What of a payload has to do with its headers. */
interface Bearer {
  readonly id: string;
  readonly headers: Headers;
}

const NOBODY: Bearer = { id: "", headers: {} };

/**
 * How a payload's headers differ from those of the one before it in its job. Mostly they do not, since the SDKs of
 * an environment are alike; said in full, they would be as long as half a body.
 */
export function headerChanges({ id, headers }: Bearer, before: Bearer = NOBODY): HeaderChanges {
  const changes: Record<string, string | true | null> = {};
  for (const name in headers) {
    const value = saidValue(headers[name], id);
    if (value !== undefined && value !== saidValue(before.headers[name], before.id)) changes[name] = value;
  }
  for (const name in before.headers) if (headers[name] === undefined) changes[name] = null;
  return changes;
}

/**
 * The headers of the payload with this id, from how they differ from those of the one before it; nothing if `changes`
 * says no such thing.
 */
export function changedHeaders(changes: unknown, id: string, before: Bearer = NOBODY): Headers | undefined {
  if (!isChanges(changes)) return undefined;
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(before.headers))
    headers.set(name, value === before.id ? id : value);
  for (const [name, value] of Object.entries(changes))
    if (value === null) headers.delete(name);
    else headers.set(name, value === true ? id : value);
  return Object.fromEntries(headers);
}

function isChanges(value: unknown): value is HeaderChanges {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((one) => typeof one === "string" || one === true || one === null)
  );
}

function saidValue(value: string | undefined, id: string): string | true | undefined {
  return value === id ? true : value;
}
