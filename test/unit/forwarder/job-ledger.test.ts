import { expect, it } from "vitest";
import { JobLedger, type PayloadEnd } from "../../../services/forwarder/job-ledger.ts";
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
const dead = { kind: "dead", reason: "status 400" } as const;
const again = (delayMs: number) => ({ kind: "again", delayMs, reason: "status 503" }) as const;

function endOf(...ends: (readonly [EventPayload, PayloadEnd])[]) {
  const ledger = new JobLedger(
    ends.map(([each]) => each),
    async () => undefined,
  );
  for (const [each, end] of ends) ledger.settle(each, end);
  return ledger.end();
}

it("is done when every payload was delivered or is dead", () => {
  expect(endOf([one, delivered], [two, dead])).toEqual({ kind: "done" });
  expect(endOf()).toEqual({ kind: "done" });
});

it("keeps what failed, counts the attempt, and waits for the longest delay", () => {
  expect(endOf([one, again(500)], [two, delivered], [three, again(9000)])).toEqual({
    kind: "again",
    delayMs: 9000,
    payloads: [
      { ...one, attempts: 4 },
      { ...three, attempts: 4 },
    ],
  });
});

it("puts what was refused behind the others, and what was not tried counts no attempt", () => {
  expect(endOf([one, { kind: "parked", forMs: 30_000 }], [two, { kind: "untried", delayMs: 7 }])).toEqual({
    kind: "again",
    delayMs: 30_000,
    payloads: [two, { ...one, attempts: 4 }],
  });
});

it("is tried again at once when it never came to a try", () => {
  const ledger = new JobLedger([one], async () => undefined);
  expect(ledger.end()).toEqual({ kind: "again", delayMs: 0, payloads: [one] });
});

it("records parts in the place of their payload, without what has left the job", async () => {
  const recorded: string[][] = [];
  const ledger = new JobLedger([one, two, three], async (left) => {
    recorded.push(left.map(({ id }) => id));
  });
  ledger.settle(one, delivered);
  const parts = [payload("2a"), payload("2b")];
  await ledger.replace(two, parts);
  expect(recorded).toEqual([["2a", "2b", "3"]]);
  for (const part of parts) ledger.settle(part, delivered);
  expect(ledger.end()).toEqual({ kind: "again", delayMs: 0, payloads: [three] });
});
