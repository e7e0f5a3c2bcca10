const SECOND_MS = 1000;

let second = Number.NaN;
let line = "";

/** The `Date` header of an answer that is made now (RFC 9110, section 6.6.1), written once a second. */
export function dateHeader(): string {
  const now = Math.floor(Date.now() / SECOND_MS);
  if (now !== second) {
    second = now;
    line = `Date: ${new Date(now * SECOND_MS).toUTCString()}\r\n`;
  }
  return line;
}
