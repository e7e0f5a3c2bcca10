import { describe, expect, it } from "vitest";
import { isPermanent } from "../../../shared/upstream/upstream-failure.ts";

describe("an answer of LaunchDarkly", () => {
  it.each([400, 408, 429, 500, 502, 503, 204, 301])("%i may be better next time", (status) => {
    expect(isPermanent({ kind: "status", status })).toBe(false);
  });

  it.each([401, 403, 404, 405, 410])("%i stands for this key", (status) => {
    expect(isPermanent({ kind: "status", status })).toBe(true);
  });
});
