import { describe, expect, it } from "vitest";
import { UpstreamWatch } from "../../../../services/edge/environments/upstream-watch.ts";
import { MovedClock } from "../../../support/moved-clock.ts";

describe("upstream, as an edge sees it", () => {
  const report = { state: "VALID", since: 5, aliveAt: 1 } as const;

  it("is initialising until an ingestor says something, and then what that says", async () => {
    const clock = new MovedClock();
    await clock.pass(100);
    const watch = new UpstreamWatch(clock);
    await clock.pass(100);
    expect(watch.state).toEqual({ state: "INITIALIZING", since: 100 });
    watch.reported(report);
    expect(watch.state.state).toBe("VALID");
  });

  it("is interrupted once the ingestor has said nothing new for long", async () => {
    const clock = new MovedClock();
    const watch = new UpstreamWatch(clock);
    watch.reported(report);
    await clock.pass(1000);
    watch.reported({ ...report, aliveAt: 2 });
    for (let i = 0; i < 15; i++) {
      await clock.pass(2000);
      watch.reported({ ...report, aliveAt: 2 });
    }
    expect(watch.state).toMatchObject({ state: "INTERRUPTED", since: 1000 });
    watch.reported({ ...report, aliveAt: 3 });
    expect(watch.state.state).toBe("VALID");
  });
});
