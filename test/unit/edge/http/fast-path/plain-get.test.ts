import { describe, expect, it } from "vitest";
import { PlainReader } from "../../../../../services/edge/http/fast-path/plain-get.ts";

const LINES = [
  "Host: relay.example:8030",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64)",
  "Accept: */*",
  "Origin: https://shop.example",
  'if-none-match: "abc", W/"def"',
  "AUTHORIZATION: mob-1",
  "Connection: keep-alive",
];
const request = (lines: readonly string[], first = "GET /a/b?c=d HTTP/1.1"): string =>
  `${[first, ...lines].join("\r\n")}\r\n\r\n`;
const read = (text: string) => new PlainReader().read(Buffer.from(text, "latin1"));

describe("a plain GET", () => {
  it("is read with the headers that matter, in any case", () => {
    expect(read(request(LINES))).toEqual({
      url: "/a/b?c=d",
      headers: {
        authorization: "mob-1",
        origin: "https://shop.example",
        ifNoneMatch: '"abc", W/"def"',
        isLast: false,
      },
    });
  });

  it("needs no header but Host", () => {
    expect(read(request(["Host: x"]))?.url).toBe("/a/b?c=d");
    expect(read(request(["Host:x"]))?.url).toBe("/a/b?c=d");
    expect(read(request([]))).toBeUndefined();
  });

  it.each(["close", "Close"])("may be the last one of its connection (%s)", (value) => {
    expect(read(request(["Host: x", `Connection: ${value}`]))?.headers.isLast).toBe(true);
  });

  it("is read each time from what it says itself", () => {
    const reader = new PlainReader();
    const origins = ["https://a", "https://a", "https://b"].map((origin, n) => {
      const text = request(["Host: x", `Origin: ${origin}`], `GET /${n} HTTP/1.1`);
      const get = reader.read(Buffer.from(text));
      return [get?.url, get?.headers.origin];
    });
    expect(origins).toEqual([
      ["/0", "https://a"],
      ["/1", "https://a"],
      ["/2", "https://b"],
    ]);
    expect(reader.read(Buffer.from(request(["Host: x", "Content-Length: 1"])))).toBeUndefined();
    expect(reader.read(Buffer.from(request(["Host: x", "Content-Length: 1"])))).toBeUndefined();
    expect(reader.read(Buffer.from(request(["Host: x"])))).toBeDefined();
  });
});

describe("what is left to a complete parser", () => {
  const whole = request(LINES);

  it("is every beginning of a request", () => {
    for (let end = 0; end < whole.length; end++) expect(read(whole.slice(0, end))).toBeUndefined();
  });

  it("is whatever comes after one", () => {
    for (const more of [" ", "\r\n", "x", whole, "POST / HTTP/1.1\r\n"])
      expect(read(whole + more)).toBeUndefined();
  });

  it.each([
    "POST /a HTTP/1.1",
    "HEAD /a HTTP/1.1",
    "get /a HTTP/1.1",
    "GET /a HTTP/1.0",
    "GET /a HTTP/2.0",
    "GET /a http/1.1",
    "GET /a HTTP/1.1 ",
    "GET  /a HTTP/1.1",
    "GET /a  HTTP/1.1",
    "GET /a b HTTP/1.1",
    "GET /a\tb HTTP/1.1",
    "GET /a\nb HTTP/1.1",
    "GET /\xe4 HTTP/1.1",
    "GET /\x00 HTTP/1.1",
    "GET a HTTP/1.1",
    "GET * HTTP/1.1",
    "GET http://x/a HTTP/1.1",
    "GET /a",
    "\r\nGET /a HTTP/1.1",
  ])("is %j", (first) => {
    expect(read(request(["Host: x"], first))).toBeUndefined();
  });

  it.each([
    "Content-Length: 0",
    "content-length: 5",
    "Transfer-Encoding: chunked",
    "Transfer-encoding: identity",
    "Expect: 100-continue",
    "Upgrade: websocket",
    "TE: trailers",
    "Trailer: x",
    "Connection: upgrade",
    "Connection: keep-alive, Upgrade",
    "Proxy-Connection: close",
    "Host: y",
    "Empty:",
    "Empty: ",
    "Blank : x",
    " Folded: x",
    "\tfolded",
    "X: a\rb",
    "X: a\nContent-Length: 5",
    "X: a\x00b",
    "X: a\x7f",
    "X:  two blanks",
    "X: a ",
    "no colon",
    ": no name",
    "N\xe4me: x",
    "N(me: x",
    "",
  ])("is a request with the line %j", (line) => {
    expect(read(request(["Host: x", line, "Accept: */*"]))).toBeUndefined();
  });

  it.each(["Authorization", "Origin", "If-None-Match", "Host"])("is one with two of %s", (name) => {
    expect(read(request(["Host: x", `${name}: a`, `${name.toLowerCase()}: b`]))).toBeUndefined();
  });

  it("is one that ends its lines otherwise", () => {
    expect(read(whole.replaceAll("\r\n", "\n"))).toBeUndefined();
    expect(read(whole.replace("\r\nAccept", "\nAccept"))).toBeUndefined();
  });

  it("is one of more than 16 KiB", () => {
    const long = (bytes: number) => request(["Host: x"], `GET /${"a".repeat(bytes)} HTTP/1.1`);
    expect(read(long(16 * 1024))).toBeUndefined();
    expect(read(long(15 * 1024))).toBeDefined();
  });
});
