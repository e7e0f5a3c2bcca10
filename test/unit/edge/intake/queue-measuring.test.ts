import { expect, it } from "vitest";
import { MEASURED_AT_ONCE, QueueMeasuring } from "../../../../services/edge/intake/queue-measuring.ts";
import { QueueQuota } from "../../../../services/edge/intake/queue-quota.ts";
import { systemClock } from "../../../../shared/base/clock.ts";
import { RecordedLog, until } from "../../../support/recorded.ts";

const nothing = { bytes: 0, parked: new Map() };

/** Environments that are measured by hand: none is by itself. */
function measuring(queues: ReadonlyMap<string, { size: (freshMs: number) => Promise<typeof nothing> }>) {
  const quota = new QueueQuota({ maxBytes: 100, maxShare: 1 });
  const parts = {
    queues: () => [...queues],
    quota,
    everyMs: 3600_000,
    logger: new RecordedLog(),
    clock: systemClock,
  };
  return { quota, measuring: new QueueMeasuring(parts) };
}

it("measures a bounded number of queues at a time, and all of them in turns", async () => {
  const measured: string[] = [];
  const freshMs = new Set<number>();
  const queues = new Map(
    Array.from({ length: 1000 }, (_, n) => [
      `env-${n}`,
      {
        size: async (fresh: number) => {
          measured.push(`env-${n}`);
          freshMs.add(fresh);
          return nothing;
        },
      },
    ]),
  );
  const { measuring: turns } = measuring(queues);
  await turns.measure();
  expect(measured.length).toBe(MEASURED_AT_ONCE);
  for (let turn = 1; turn < 1000 / MEASURED_AT_ONCE; turn += 1) await turns.measure();
  expect([measured.length, new Set(measured).size]).toEqual([1000, 1000]);
  await turns.measure();
  expect(measured.slice(1000)).toEqual(measured.slice(0, MEASURED_AT_ONCE));
  // Another edge's measurement is good until every queue has had its turn.
  expect([...freshMs]).toEqual([(1000 / MEASURED_AT_ONCE) * 3600_000]);
  await turns.stop();
});

it("measures each queue every time where there are few, one that came last too", async () => {
  const measured: string[] = [];
  const queue = (id: string) => ({
    size: async () => {
      measured.push(id);
      return nothing;
    },
  });
  const queues = new Map([["a", queue("a")]]);
  const { measuring: turns } = measuring(queues);
  await turns.measure();
  queues.set("b", queue("b"));
  await turns.measure();
  await turns.measure();
  expect(measured.filter((id) => id === "b").length).toBeGreaterThanOrEqual(1);
  await turns.stop();
});

it("keeps of a queue that is not to be measured what was known, and measures the others", async () => {
  let fails = false;
  const full = {
    size: () => (fails ? Promise.reject(new Error("away")) : Promise.resolve({ ...nothing, bytes: 99 })),
  };
  const { quota, measuring: turns } = measuring(
    new Map([
      ["a", full],
      ["b", { size: async () => ({ ...nothing, bytes: fails ? 1 : 0 }) }],
    ]),
  );
  await turns.measure();
  expect(quota.isFull("a")).toBe(false);
  fails = true;
  await turns.measure();
  expect(quota.isFull("a")).toBe(true);
  await turns.stop();
});

it("measures by itself as time goes by, until it is stopped", async () => {
  let times = 0;
  const queues = new Map([
    [
      "a",
      {
        size: async () => {
          times += 1;
          return nothing;
        },
      },
    ],
  ]);
  const quota = new QueueQuota({ maxBytes: 100, maxShare: 1 });
  const turns = new QueueMeasuring({
    queues: () => [...queues],
    quota,
    everyMs: 1,
    logger: new RecordedLog(),
    clock: systemClock,
  });
  await until("it was measured", () => times > 1);
  await turns.stop();
  const then = times;
  await turns.stop();
  expect(times).toBe(then);
});
