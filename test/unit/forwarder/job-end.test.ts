import { expect, it } from "vitest";
import { jobEnd } from "../../../services/forwarder/job-end.ts";
import type { EventPayload } from "../../../shared/queue/event-job.ts";

const payload = (id: string): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 3,
  body: Buffer.from("[]"),
});
const [one, two, three] = [payload("1"), payload("2"), payload("3")];
const delivered = { kind: "delivered" } as const;
const again = (delayMs: number) => ({ kind: "again", delayMs, reason: "status 503" }) as const;

it("is done when every payload was delivered or is dead", () => {
  expect(
    jobEnd([
      { payload: one, outcome: delivered },
      { payload: two, outcome: { kind: "dead", reason: "status 400" } },
    ]),
  ).toEqual({ kind: "done" });
  expect(jobEnd([])).toEqual({ kind: "done" });
});

it("keeps what failed, counts the attempt, and waits for the longest delay", () => {
  expect(
    jobEnd([
      { payload: one, outcome: again(500) },
      { payload: two, outcome: delivered },
      { payload: three, outcome: again(9000) },
    ]),
  ).toEqual({
    kind: "again",
    delayMs: 9000,
    payloads: [
      { ...one, attempts: 4 },
      { ...three, attempts: 4 },
    ],
  });
});

it("is parked as soon as one payload is, and what was not tried counts no attempt", () => {
  expect(
    jobEnd([
      { payload: one, outcome: { kind: "parked", reason: "status 401" } },
      { payload: two, outcome: { kind: "untried" } },
    ]),
  ).toEqual({ kind: "parked", payloads: [{ ...one, attempts: 4 }, two] });
});

it("is tried again at once when nothing but the time was lacking", () => {
  expect(jobEnd([{ payload: one, outcome: { kind: "untried" } }])).toEqual({
    kind: "again",
    delayMs: 0,
    payloads: [one],
  });
});
