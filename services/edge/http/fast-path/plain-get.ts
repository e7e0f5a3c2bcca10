/** What a request's headers say, as far as it matters. */
interface PlainHeaders {
  readonly authorization: string | undefined;
  readonly origin: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

/** A request that can be answered from these few facts. */
export interface PlainGet {
  /** The path with the query, as it came. */
  readonly url: string;
  readonly headers: PlainHeaders;
}

/** A request of a connection of the front. */
export interface OwnGet extends PlainGet {
  readonly headers: OwnHeaders;
}

interface OwnHeaders extends PlainHeaders {
  /** Whether the client wants the connection to be closed after the answer. */
  readonly isLast: boolean;
}

/** Longer ones, and those with more headers, are left to Node's own parser and its limits. */
const MAX_BYTES = 16 * 1024;
const MAX_LINES = 100;
const END = "\r\n";
const START = "GET ";
const VERSION = " HTTP/1.1";
const URL_TEXT = /^\/[\x21-\x7e]*$/;
/** One line, whose value neither begins nor ends with a blank (RFC 9112, section 5). */
const HEADER = /([\w-]+): ?([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)\r\n/y;
/** What is looked at, and must not come twice. */
const READ: ReadonlySet<string> = new Set(["host", "authorization", "origin", "if-none-match", "connection"]);
/** What says that there is more to a request, or to its connection. */
const FRAMING: ReadonlySet<string> = new Set([
  "content-length",
  "transfer-encoding",
  "trailer",
  "te",
  "expect",
  "upgrade",
  "proxy-connection",
]);

/**
 * Reads the requests of one connection, as far as their bytes are one whole GET over HTTP/1.1 without a body, in the
 * form that every common client sends. What is unusual in any way, or asks something of the connection, is for a
 * complete parser. Nothing that is read here may mean something else to a proxy on the way, so the rule is: all bytes
 * are accounted for, and whatever frames a message (RFC 9112, section 6) is refused.
 */
export class PlainReader {
  /** Clients say the same each time, and to see that takes a tenth of reading it. */
  #headerText = "";
  #headers: OwnHeaders | undefined;

  /** `undefined` for what is no such request. */
  read(bytes: Buffer): OwnGet | undefined {
    if (bytes.length > MAX_BYTES) return undefined;
    const text = bytes.toString("latin1");
    const lineEnd = text.indexOf(END);
    const urlEnd = lineEnd - VERSION.length;
    if (!text.startsWith(START) || !text.startsWith(VERSION, urlEnd)) return undefined;
    const url = text.slice(START.length, urlEnd);
    const headers = this.#read(text, lineEnd + END.length, bytes);
    return headers !== undefined && URL_TEXT.test(url) ? { url, headers } : undefined;
  }

  #read(text: string, at: number, bytes: Buffer): OwnHeaders | undefined {
    if (text.slice(at) !== this.#headerText) {
      // A text of its own: a part of the whole would keep all of it for as long as the connection.
      this.#headerText = bytes.toString("latin1", at);
      this.#headers = headersIn(this.#headerText);
    }
    return this.#headers;
  }
}

function headersIn(text: string): OwnHeaders | undefined {
  const found = new Map<string, string>();
  let lines = 0;
  let at = 0;
  while (!text.startsWith(END, at)) {
    HEADER.lastIndex = at;
    const [line = "", spelling = "", value = ""] = HEADER.exec(text) ?? [];
    const name = spelling.toLowerCase();
    lines += 1;
    if (line === "" || FRAMING.has(name) || lines > MAX_LINES) return undefined;
    if (READ.has(name)) {
      if (found.has(name)) return undefined;
      found.set(name, value);
    }
    at += line.length;
  }
  const connection = found.get("connection")?.toLowerCase() ?? "keep-alive";
  const isLast = connection === "close";
  if (!isLast && connection !== "keep-alive") return undefined;
  if (!found.has("host") || at + END.length < text.length) return undefined;
  return {
    authorization: found.get("authorization"),
    origin: found.get("origin"),
    ifNoneMatch: found.get("if-none-match"),
    isLast,
  };
}
