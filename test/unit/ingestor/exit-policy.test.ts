import { describe, expect, it } from "vitest";
import { exitDecision } from "../../../services/ingestor/exit-policy.ts";
import type { StartOutcome } from "../../../services/ingestor/leadership/start-outcome.ts";

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
