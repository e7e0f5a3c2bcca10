import { describe, expect, it } from "vitest";
import { afterFailure, afterPut, initializing } from "../../../shared/upstream/connection-status.ts";

describe("upstream's state", () => {
  const trouble = { kind: "network", message: "reset" } as const;

  it("goes from initialising to valid to interrupted and back, keeping the last error", () => {
    const valid = afterPut(initializing(1), 2);
    expect(valid).toEqual({ state: "VALID", since: 2 });
    const interrupted = afterFailure(valid, trouble, 3);
    expect(interrupted).toEqual({
      state: "INTERRUPTED",
      since: 3,
      lastError: { kind: "NETWORK_ERROR", time: 3 },
    });
    expect(afterFailure(interrupted, trouble, 4)).toMatchObject({ state: "INTERRUPTED", since: 3 });
    expect(afterPut(interrupted, 5)).toMatchObject({ state: "VALID", since: 5, lastError: { time: 3 } });
  });

  it("stays initialising through trouble before the first data", () => {
    expect(afterFailure(initializing(1), trouble, 2)).toMatchObject({ state: "INITIALIZING", since: 1 });
  });

  it("is off once the key is refused", () => {
    expect(afterFailure(initializing(1), { kind: "status", status: 401 }, 2)).toEqual({
      state: "OFF",
      since: 2,
      lastError: { kind: "ERROR_RESPONSE", time: 2 },
    });
  });
});
