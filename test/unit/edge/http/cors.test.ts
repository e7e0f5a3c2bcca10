import { describe, expect, it } from "vitest";
import { ANY_ORIGIN, corsHeaders } from "../../../../services/edge/http/cors.ts";

const listed = { allowedOrigins: ["https://a.example", "https://b.example"], allowedHeaders: ["X-Mine"] };
const originOf = (rules: typeof listed | typeof ANY_ORIGIN, origin: string | undefined) =>
  corsHeaders(rules, origin, "POST,OPTIONS")["Access-Control-Allow-Origin"];

describe("the origin that may read an answer", () => {
  it.each([
    ["of a listed page is that page's", listed, "https://b.example", "https://b.example"],
    ["of another page is the first listed", listed, "https://evil.example", "https://a.example"],
    ["of no page is the first listed", listed, undefined, "https://a.example"],
    ["is the page's without a list", ANY_ORIGIN, "https://any.example", "https://any.example"],
    ["is every one without a list and a page", ANY_ORIGIN, undefined, "*"],
  ])("%s", (_what, rules, origin, allowed) => {
    expect(originOf(rules, origin)).toBe(allowed);
  });
});

it("tells browsers all that SDKs send and read, and caches that it depends on the page", () => {
  const headers = corsHeaders(listed, "https://a.example", "POST,OPTIONS");
  expect(headers["Access-Control-Allow-Headers"]?.split(",")).toEqual(
    expect.arrayContaining([
      "Content-Type",
      "X-LaunchDarkly-Event-Schema",
      "X-LaunchDarkly-Instance-Id",
      "X-LaunchDarkly-Payload-ID",
      "X-LaunchDarkly-Tags",
      "X-LaunchDarkly-User-Agent",
      "X-LaunchDarkly-Wrapper",
      "X-Mine",
    ]),
  );
  expect(headers).toMatchObject({
    "Access-Control-Allow-Methods": "POST,OPTIONS",
    "Access-Control-Allow-Credentials": "false",
    "Access-Control-Expose-Headers": "Date,ETag,X-Ld-Envid,X-LD-FD-Fallback,X-LD-FD-Fallback-TTL",
    "Access-Control-Max-Age": "300",
    Vary: "Origin",
  });
});

describe("the headers of an environment", () => {
  const rules = { allowedOrigins: [], allowedHeaders: [] };
  const headers = (origin: string) => corsHeaders(rules, origin, "GET,OPTIONS");

  it("are the same object for the same page, so that they are made once", () => {
    expect(headers("https://a.example")).toBe(headers("https://a.example"));
    expect(corsHeaders(rules, "https://a.example", "POST,OPTIONS")).not.toBe(headers("https://a.example"));
    expect(corsHeaders({ ...rules }, "https://a.example", "GET,OPTIONS")).not.toBe(
      headers("https://a.example"),
    );
  });

  it("are forgotten when too many pages ask, and right all the same", () => {
    const first = headers("https://first.example");
    for (let page = 0; page < 1000; page++)
      expect(headers(`https://${page}.example`)["Access-Control-Allow-Origin"]).toBe(
        `https://${page}.example`,
      );
    expect(headers("https://first.example")).not.toBe(first);
    expect(headers("https://first.example")).toEqual(first);
  });
});
