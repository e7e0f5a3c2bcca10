import { STATUS_CODES } from "node:http";

/** Why a request was refused before it was one. */
export type HeadRefusal = 400 | 408 | 431 | 503;

/** What Node's parser reports, as the status of an answer; `undefined`: nobody is there to take one. */
export function headRefusal(code: string | undefined): HeadRefusal | undefined {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return 431;
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return 408;
    default:
      return code?.startsWith("HPE_") ? 400 : undefined;
  }
}

/**
 * An answer to what was not understood, in the text of Go's HTTP server, with `headers`: a browser must be able to read
 * it, else an SDK takes it for a broken connection and tries again.
 */
export function refusedHead(status: HeadRefusal, headers: Readonly<Record<string, string>>): string {
  const body = `${status} ${STATUS_CODES[status]}`;
  const all = {
    ...headers,
    Date: new Date().toUTCString(),
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": String(body.length),
    ...(status === 503 && { "Retry-After": "1" }),
    Connection: "close",
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${body}\r\n${lines.join("")}\r\n${body}`;
}
