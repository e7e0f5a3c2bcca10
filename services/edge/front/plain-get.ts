/** What a request's headers say, as far as it matters. */
export interface PlainHeaders {
  readonly authorization: string | undefined;
  readonly origin: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** Whether the client wants the connection to be closed after the answer. */
  readonly isLast: boolean;
}

/** A request that can be answered from these few facts. */
export interface PlainGet {
  /** The path with the query, as it came. */
  readonly url: string;
  readonly headers: PlainHeaders;
}

/** Any longer one is left to Node's own parser and its limits. */
const MAX_BYTES = 16 * 1024;
const END = "\r\n";
const START = "GET ";
const VERSION = " HTTP/1.1";
const URL_TEXT = /^\/[\x21-\x7e]*$/;
/** One line, whose value neither begins nor ends with a blank (RFC 9112, section 5). */
const HEADER = /([\w-]+): ?([\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)\r\n/y;

/**
 * Reads the requests of one connection, as far as their bytes are one whole GET over HTTP/1.1 without a body, in the
 * form that every common client sends. What is unusual in any way, or asks something of the connection, is for a
 * complete parser. Nothing that is read here may mean something else to a proxy on the way, so the rule is: all bytes
 * are accounted for, and whatever frames a message (RFC 9112, section 6) is refused.
 */
export class PlainReader {
  /** Clients say the same each time, and to see that takes a tenth of reading it. */
  #headerText = "";
  #headers: PlainHeaders | undefined;

  /** `undefined` for what is no such request. */
  read(bytes: Buffer): PlainGet | undefined {
    if (bytes.length > MAX_BYTES) return undefined;
    const text = bytes.toString("latin1");
    const lineEnd = text.indexOf(END);
    const urlEnd = lineEnd - VERSION.length;
    if (!text.startsWith(START) || !text.startsWith(VERSION, urlEnd)) return undefined;
    const url = text.slice(START.length, urlEnd);
    const headers = this.#read(text.slice(lineEnd + END.length));
    return headers !== undefined && URL_TEXT.test(url) ? { url, headers } : undefined;
  }

  #read(text: string): PlainHeaders | undefined {
    if (text !== this.#headerText) {
      this.#headerText = text;
      this.#headers = headersIn(text);
    }
    return this.#headers;
  }
}

function headersIn(text: string): PlainHeaders | undefined {
  let host: string | undefined;
  let authorization: string | undefined;
  let origin: string | undefined;
  let ifNoneMatch: string | undefined;
  let isLast = false;
  let at = 0;
  while (!text.startsWith(END, at)) {
    HEADER.lastIndex = at;
    const [line = "", name = "", value = ""] = HEADER.exec(text) ?? [];
    if (line === "") return undefined;
    at += line.length;
    switch (name.toLowerCase()) {
      case "host":
        if (host !== undefined) return undefined;
        host = value;
        break;
      case "authorization":
        if (authorization !== undefined) return undefined;
        authorization = value;
        break;
      case "origin":
        if (origin !== undefined) return undefined;
        origin = value;
        break;
      case "if-none-match":
        if (ifNoneMatch !== undefined) return undefined;
        ifNoneMatch = value;
        break;
      case "connection":
        if (value.toLowerCase() === "close") isLast = true;
        else if (value.toLowerCase() !== "keep-alive") return undefined;
        break;
      case "content-length":
      case "transfer-encoding":
      case "proxy-connection":
      case "te":
      case "trailer":
      case "upgrade":
      case "expect":
        return undefined;
    }
  }
  if (host === undefined || at + END.length < text.length) return undefined;
  return { authorization, origin, ifNoneMatch, isLast };
}
