import { describe, expect, it } from "vitest";
import { ONE_ENVIRONMENT, readValid } from "./reading.ts";

describe("an origin", () => {
  const doubtsOf = (origin: string) =>
    readValid(`${ONE_ENVIRONMENT}allowedOrigin = ${origin}`).warnings.map((warning) =>
      warning.replace('relay.conf, line 3: [Environment "Production"] allowedOrigin: ', ""),
    );

  it.each([
    ["https://*.shop.example", "without patterns"],
    ["https://shop.example/", "write https://shop.example"],
    ["https://shop.example/path", "write https://shop.example"],
    ["https://Shop.example", "write https://shop.example"],
    ["HTTPS://shop.example", "write https://shop.example"],
    ["https://shop.example:443", "write https://shop.example"],
    ["http://shop.example:80", "write http://shop.example"],
    ["https://user@shop.example", "write https://shop.example"],
    ["https://shop.example?a", "write https://shop.example"],
    ["shop.example", "write https://shop.example"],
    ["capacitor://localhost/", "write capacitor://localhost"],
  ])("that no page has is a warning: %s", (origin, hint) => {
    expect(doubtsOf(origin)).toEqual([expect.stringContaining(`"${origin}" matches no page, because `)]);
    expect(doubtsOf(origin)[0]).toContain(hint);
  });

  it.each([
    "https://shop.example",
    "http://shop.example:8080",
    "http://[::1]:3000",
    "https://shop.example:80",
    "capacitor://localhost",
    "chrome-extension://abcdefgh",
    "null",
    "*",
  ])("that a page may have is none: %s", (origin) => {
    expect(doubtsOf(origin)).toEqual([]);
  });

  it("for everybody counts only in the first place", () => {
    expect(doubtsOf("https://a.example,*")).toEqual([
      '"*" counts only as the first origin: leave the others out, or it',
    ]);
  });
});
