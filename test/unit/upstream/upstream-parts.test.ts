import { describe, expect, it } from "vitest";
import { exitDecision } from "../../../services/ingestor/exit-policy.ts";
import type { StartOutcome } from "../../../services/ingestor/leadership/start-outcome.ts";
import { afterFailure, afterPut, initializing } from "../../../shared/upstream/connection-status.ts";
import { guardedBody } from "../../../shared/upstream/guarded-body.ts";
import { isPermanent } from "../../../shared/upstream/upstream-failure.ts";

describe("an answer of LaunchDarkly", () => {
  it.each([400, 408, 429, 500, 502, 503, 204, 301])("%i may be better next time", (status) => {
    expect(isPermanent({ kind: "status", status })).toBe(false);
  });

  it.each([401, 403, 404, 405, 410])("%i stands for this key", (status) => {
    expect(isPermanent({ kind: "status", status })).toBe(true);
  });
});

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

describe("a guarded stream body", () => {
  const through = async (chunks: string[], maxEventBytes: number, silenceMs = 10_000): Promise<string> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        if (silenceMs === 10_000) controller.close();
      },
    });
    return new Response(body.pipeThrough(guardedBody(silenceMs, maxEventBytes))).text();
  };

  it("passes any number of events on, however they are cut", async () => {
    const chunks = ["data: 1\n", "\ndata: 2\n\n", "data: 3\r\n\r", "\ndata: 4\n\n"];
    expect(await through(chunks, 10)).toBe(chunks.join(""));
  });

  it("ends when one event grows too large", async () => {
    await expect(through(["data: 12345678901234567890\n\n"], 10)).resolves.toBeDefined();
    await expect(through(["data: 123", "45678901234567890"], 10)).rejects.toThrow(/larger than 10 bytes/);
  });

  it("ends when nothing comes", async () => {
    await expect(through(["data: 1\n\n"], 100, 20)).rejects.toThrow(/nothing came for 20 ms/);
  });
});

describe("exiting because of the start", () => {
  const started: StartOutcome = { kind: "started" };
  const lateWithData: StartOutcome = { kind: "late", hasData: true };
  const refused: StartOutcome = { kind: "refused", hasData: false };
  const decide = (outcomes: StartOutcome[], options: Partial<Parameters<typeof exitDecision>[1]>) =>
    exitDecision(new Map(outcomes.map((outcome, index) => [`env${index}`, outcome])), {
      exitOnError: false,
      exitAlways: false,
      ignoreConnectionErrors: false,
      ...options,
    })?.exitCode;

  it("never happens by default", () => {
    expect(decide([started, lateWithData, refused], {})).toBe(undefined);
  });

  it("happens with exitOnError when an environment failed, unless its data are there and that is enough", () => {
    expect(decide([started], { exitOnError: true })).toBe(undefined);
    expect(decide([started, lateWithData], { exitOnError: true })).toBe(1);
    expect(decide([started, lateWithData], { exitOnError: true, ignoreConnectionErrors: true })).toBe(
      undefined,
    );
    expect(decide([refused], { exitOnError: true, ignoreConnectionErrors: true })).toBe(1);
  });

  it("always happens with exitAlways, and says whether all is well", () => {
    expect(decide([started], { exitAlways: true })).toBe(0);
    expect(decide([started, refused], { exitAlways: true })).toBe(1);
  });
});
