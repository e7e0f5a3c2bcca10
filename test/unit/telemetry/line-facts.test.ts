import { describe, expect, it } from "vitest";
import { lineFacts } from "../../../shared/telemetry/line-facts.ts";

describe("facts of a log line", () => {
  it("lose what is named like a secret, at any depth and in any spelling", () => {
    const facts = {
      Authorization: "sdk-1",
      sdkKey: "sdk-2",
      request: { headers: { authorization: "mob-3" }, tries: [{ "mobile-key": "mob-4", status: 401 }] },
      redis: { host: "localhost", password: "p-5" },
      context: { kind: "user", key: "somebody@example.org" },
    };
    expect(lineFacts(facts)).toEqual({
      Authorization: "[hidden]",
      sdkKey: "[hidden]",
      request: { headers: { authorization: "[hidden]" }, tries: [{ "mobile-key": "[hidden]", status: 401 }] },
      redis: { host: "localhost", password: "[hidden]" },
      context: "[hidden]",
    });
  });

  it("still show that a secret is missing", () => {
    expect(lineFacts({ password: undefined, sdkKey: null })).toEqual({ password: undefined, sdkKey: null });
  });

  it("describe an error in one line, with its cause", () => {
    const error = new Error("reading the snapshot", { cause: new Error("connect ECONNREFUSED") });
    expect(lineFacts({ error })).toEqual({ error: "reading the snapshot (connect ECONNREFUSED)" });
  });

  it("do not shadow what a line has of its own", () => {
    expect(lineFacts({ level: 3, time: 1, status: 200 })).toEqual({ _level: 3, _time: 1, status: 200 });
  });

  it("become readable JSON whatever they are", () => {
    const circle: Record<string, unknown> = { offset: 12n, body: Buffer.alloc(3), map: new Map([["a", 1]]) };
    circle.self = circle;
    const text = JSON.stringify(lineFacts({ circle }));
    expect(text).toContain('"offset":"12"');
    expect(text).toContain('"body":"[3 bytes]"');
    expect(text).toContain('"map":{"a":1}');
  });
});
