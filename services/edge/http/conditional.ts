/**
 * Whether `If-None-Match` names what the client would get: a list, `*`, weak forms, and also the bare text without
 * quotes that some caches of PHP send (RFC 9110, section 13.1.2).
 */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, ""))
    .some((tag) => tag === "*" || tag === etag || `"${tag}"` === etag);
}
