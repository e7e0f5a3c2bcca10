/**
 * The events in the query of an image's address: base64 of a JSON array (R1.10). `undefined` if it
 * is anything else, which nobody who asks for an image could be told, so it is not queued either.
 */
export function imageEvents(data: string | undefined): Buffer | undefined {
  // A plus sign that was not escaped has become a blank.
  const body = Buffer.from((data ?? "").replaceAll(" ", "+"), "base64");
  try {
    return Array.isArray(JSON.parse(body.toString("utf8"))) ? body : undefined;
  } catch {
    return undefined;
  }
}
