import fc from "fast-check";
import { expect, it } from "vitest";
import { shutdownPhases } from "../../../shared/lifecycle/shutdown-phases.ts";

it("leaves the default phases as they are configured", () => {
  const phases = shutdownPhases({ shutdownTimeoutMs: 10_000, drainDelayMs: 3_000, drainTimeMs: 4_000 });
  expect(phases).toMatchObject({ delayMs: 3_000, endStreamsMs: 4_000, answersMs: 1_000 });
});

it("shrinks draining in proportion where the whole time is shorter", () => {
  const phases = shutdownPhases({ shutdownTimeoutMs: 2_000, drainDelayMs: 3_000, drainTimeMs: 4_000 });
  expect(phases.delayMs).toBeCloseTo(600);
  expect(phases.endStreamsMs).toBeCloseTo(800);
});

it("never plans for more than the whole time", () => {
  const ms = fc.integer({ min: 0, max: 1e6 });
  fc.assert(
    fc.property(ms, ms, ms, (shutdownTimeoutMs, drainDelayMs, drainTimeMs) => {
      const phases = shutdownPhases({ shutdownTimeoutMs, drainDelayMs, drainTimeMs });
      expect(phases.delayMs + phases.endStreamsMs + phases.answersMs).toBeLessThanOrEqual(
        shutdownTimeoutMs * 0.8 + 1e-6,
      );
      expect(phases.answersWithoutDrainMs).toBeLessThanOrEqual(shutdownTimeoutMs);
    }),
  );
});
