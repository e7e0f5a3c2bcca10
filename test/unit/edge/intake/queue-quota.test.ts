import { describe, expect, it } from "vitest";
import { QueueQuota } from "../../../../services/edge/intake/queue-quota.ts";
import type { PayloadKind } from "../../../../shared/queue/event-payload.ts";

const size = (bytes: number, parked: Partial<Record<PayloadKind, number>> = {}) => ({
  bytes,
  parked: new Map(Object.entries(parked) as [PayloadKind, number][]),
});
const room = () => new QueueQuota({ maxBytes: 100, maxShare: 0.5 });

describe("the room in the queues", () => {
  it("ends for what is parked before it ends for others, and only for its kinds", () => {
    const queues = room();
    const isFull = (id: string) => [
      queues.isFull(id),
      queues.isParkedFull(id, "mobile-analytics"),
      queues.isParkedFull(id, "server-analytics"),
    ];
    queues.measured(new Map([["a", size(5, { "mobile-analytics": 30, "browser-analytics": 9 })]]));
    expect(isFull("a")).toEqual([false, false, false]);
    queues.measured(new Map([["a", size(5, { "mobile-analytics": 30, "browser-analytics": 10 })]]));
    expect(isFull("a")).toEqual([false, true, false]);
    expect(isFull("b")).toEqual([false, false, false]);
    const all = ["a", "b", "c"].map((id) => [id, size(0, { "mobile-analytics": 27 })] as const);
    queues.measured(new Map([...all, ["d", size(1)]]));
    expect([isFull("a"), isFull("d")]).toEqual([
      [false, true, false],
      [false, false, false],
    ]);
    queues.measured(new Map([["a", size(10, { "mobile-analytics": 40 })]]));
    expect(queues.isFull("a")).toBe(true);
  });

  it("ends for an environment at its share, and leaves the rest to others", () => {
    const queues = room();
    queues.measured(new Map([["a", size(49)]]));
    expect(queues.isFull("a")).toBe(false);
    queues.add("a", 1);
    expect([queues.isFull("a"), queues.isFull("b")]).toEqual([true, false]);
  });

  it("ends for all when all together have reached the limit", () => {
    const queues = room();
    queues.measured(new Map(["a", "b", "c"].map((id) => [id, size(33)])));
    expect(queues.isFull("d")).toBe(false);
    queues.add("c", 1);
    expect(queues.isFull("d")).toBe(true);
  });

  it("counts what was added while a measurement was under way, and what was added before only as measured", () => {
    const queues = room();
    queues.add("a", 60);
    queues.measuring(["a", "b"]);
    queues.add("b", 10);
    queues.measured(new Map([["a", size(45)]]));
    expect([queues.isFull("a"), queues.isFull("b")]).toEqual([false, false]);
    queues.add("b", 39);
    expect(queues.isFull("b")).toBe(false);
    queues.add("b", 1);
    expect(queues.isFull("b")).toBe(true);
  });

  it("is there again when the queue has been worked off", () => {
    const queues = room();
    queues.add("a", 200);
    expect(queues.isFull("b")).toBe(true);
    queues.measuring(["a"]);
    queues.measured(new Map([["a", size(0)]]));
    expect([queues.isFull("a"), queues.isFull("b")]).toEqual([false, false]);
  });

  it("is there again when the environment that took it is gone", () => {
    const queues = room();
    queues.measured(new Map([["a", size(100, { "mobile-analytics": 10 })]]));
    expect(queues.isFull("b")).toBe(true);
    queues.forget("a");
    expect([queues.isFull("a"), queues.isParkedFull("a", "mobile-analytics"), queues.isFull("b")]).toEqual([
      ...[false, false, false],
    ]);
  });

  it("counts of queues that were not measured this time what was measured before", () => {
    const queues = room();
    queues.measured(new Map([["a", size(90)]]));
    queues.measuring(["b"]);
    queues.measured(new Map([["b", size(10)]]));
    expect(queues.isFull("c")).toBe(true);
  });
});
