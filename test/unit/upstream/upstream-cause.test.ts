import { describe, expect, it } from "vitest";
import { upstreamCause } from "../../../shared/upstream/upstream-cause.ts";

describe("the cause of trouble with LaunchDarkly", () => {
  it.each([
    ["fetch failed (connect ECONNREFUSED 127.0.0.1:1)", "ECONNREFUSED"],
    ["fetch failed (getaddrinfo ENOTFOUND stream.example)", "ENOTFOUND"],
    ["fetch failed (Connect Timeout Error (attempted address: a:443, timeout: 10000ms))", "TIMEOUT"],
    ["fetch failed (Proxy response (407) !== 200 when HTTP Tunneling)", "PROXY"],
    ["fetch failed (Proxy Authentication Required (407))", "PROXY"],
    ["nothing came for 300000 ms", "SILENT"],
    ["fetch failed (self-signed certificate)", "TLS"],
  ])("%s is %s, with what to do", (message, code) => {
    const cause = upstreamCause({ kind: "network", message });
    expect(cause).toMatchObject({ code, text: message });
    expect(cause.advice).toBeTruthy();
  });

  it("is the status of an answer, or that something else answered", () => {
    expect(upstreamCause({ kind: "status", status: 503 }).code).toBe("HTTP_503");
    expect(upstreamCause({ kind: "invalid-data", message: "unreadable" }).code).toBe("INVALID_DATA");
  });

  it("is vague when a stream was ended in order", () => {
    expect(upstreamCause({ kind: "network", message: "the stream ended" })).toMatchObject({
      code: "ENDED",
      vague: true,
    });
  });
});
