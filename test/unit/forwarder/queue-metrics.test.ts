import { describe, expect, it } from "vitest";
import {
  type MeasuredQueue,
  measureQueues,
  type QueueMeasures,
} from "../../../services/forwarder/queue-metrics.ts";
import { RecordedMetrics } from "../../support/recorded.ts";

const nothing = { jobs: 0, bytes: 0, oldestAt: undefined };
const empty: QueueMeasures = {
  waiting: nothing,
  active: nothing,
  delayed: nothing,
  dead: 0,
  destinations: [],
  paused: false,
};

function queue(environmentName: string, ...answers: (QueueMeasures | undefined)[]): MeasuredQueue {
  return { environmentName, measure: async () => answers.shift() };
}

describe("the metrics of the queues", () => {
  it("say how long ago the oldest payload was accepted that is not delivered, in whatever state it is", async () => {
    const metrics = new RecordedMetrics();
    const queues = [
      queue("waits", { ...empty, waiting: { jobs: 2, bytes: 9, oldestAt: 40_000 } }),
      queue("is tried again", {
        ...empty,
        waiting: { jobs: 1, bytes: 9, oldestAt: 90_000 },
        delayed: { jobs: 1, bytes: 9, oldestAt: 10_000 },
      }),
      queue("empty", empty),
      queue("was added by a clock that is ahead", {
        ...empty,
        waiting: { jobs: 1, bytes: 9, oldestAt: 100_500 },
      }),
    ];
    measureQueues(metrics, () => queues, { now: () => 100_000 });
    const values = await metrics.read();
    expect(values.get("event_queue_oldest_age_seconds{waits}")).toBe(60);
    expect(values.get("event_queue_oldest_age_seconds{is tried again}")).toBe(90);
    expect(values.get("event_queue_oldest_age_seconds{empty}")).toBe(0);
    expect(values.get("event_queue_oldest_age_seconds{was added by a clock that is ahead}")).toBe(0);
    expect(values.get("event_queue_jobs{waits,waiting}")).toBe(2);
    expect(values.get("event_dead_letters{empty}")).toBe(0);
  });

  it("have no value for a queue that cannot be asked, instead of an old one", async () => {
    const metrics = new RecordedMetrics();
    const queues = [queue("a", empty, undefined), queue("b", empty, empty)];
    measureQueues(metrics, () => queues, { now: () => 0 });
    expect([...(await metrics.read()).keys()]).toContain("event_queue_jobs{a,waiting}");
    const names = [...(await metrics.read()).keys()];
    expect(names.filter((name) => name.includes("{a"))).toEqual([]);
    expect(names).toContain("event_dead_letters{b}");
  });
});
