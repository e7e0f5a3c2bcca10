import { expect, it } from "vitest";
import { JobLedger, type PayloadEnd } from "../../../../services/forwarder/delivery/job-ledger.ts";
import type { EventPayload } from "../../../../shared/queue/event-payload.ts";

const payload = (id: string): EventPayload => ({
  id,
  kind: "server-analytics",
  headers: {},
  acceptedAt: 0,
  attempts: 3,
  body: Buffer.from("[]"),
});
const [one, two, three] = [payload("1"), payload("2"), payload("3")];
const gone = { kind: "gone" } as const;
const nothing = { again: [], delayMs: 0, held: [], refused: [] };

function leftOver(...ends: (readonly [EventPayload, PayloadEnd, EventPayload?])[]) {
  const ledger = new JobLedger(
    ends.map(([each]) => each),
    async () => undefined,
  );
  for (const [each, end, after] of ends) ledger.settle(each, end, after);
  return ledger.leftOver();
}

it("has nothing left when every payload was delivered or is dead", () => {
  expect(leftOver([one, gone], [two, gone])).toEqual(nothing);
  expect(leftOver()).toEqual(nothing);
});

it("keeps what failed, as what it has become, and waits for the longest delay", () => {
  const tried = { ...three, attempts: 4 };
  expect(
    leftOver(
      [one, { kind: "again", delayMs: 500 }],
      [two, gone],
      [three, { kind: "again", delayMs: 9000 }, tried],
    ),
  ).toEqual({ ...nothing, delayMs: 9000, again: [one, tried] });
});

it("tells what is to be parked from what stays, and what was refused from what was not tried", () => {
  const refused = { ...one, refusals: 1 };
  expect(
    leftOver(
      [one, { kind: "parked" }, refused],
      [two, { kind: "held" }],
      [three, { kind: "again", delayMs: 7 }],
    ),
  ).toEqual({ again: [three], delayMs: 7, held: [two], refused: [refused] });
});

it("keeps what never came to a try, to be tried at once", () => {
  const ledger = new JobLedger([one], async () => undefined);
  expect(ledger.leftOver()).toEqual({ ...nothing, again: [one] });
});

it("records parts in the place of their payload, without what has left the job", async () => {
  const recorded: string[][] = [];
  const ledger = new JobLedger([one, two, three], async (left) => {
    recorded.push(left.map(({ id }) => id));
  });
  ledger.settle(one, gone);
  const parts = [payload("2a"), payload("2b")];
  await ledger.replace(two, parts);
  expect(recorded).toEqual([["2a", "2b", "3"]]);
  for (const part of parts) ledger.settle(part, gone);
  expect(ledger.leftOver()).toEqual({ ...nothing, again: [three] });
});
