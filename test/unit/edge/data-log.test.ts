import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { logData } from "../../../services/edge/data-log.ts";
import type { EdgeEnvironment } from "../../../services/edge/environments/edge-environment.ts";
import type { EdgeEnvironments } from "../../../services/edge/environments/edge-environments.ts";
import { type FlagData, NO_DATA, withChanges } from "../../../shared/model/item.ts";
import { clientFlag, segmentOf } from "../../support/client-flag.ts";
import { environment } from "../../support/environment.ts";
import { MovedClock } from "../../support/moved-clock.ts";
import { RecordedLog } from "../../support/recorded.ts";

/** An environment of an edge, as far as its log of data asks it. */
function served(name: string) {
  let data: FlagData | undefined;
  const edge = {
    environment: environment(name),
    store: { state: "VALID", since: 0 },
    upstream: { state: "OFF", since: 0 },
    changes: { state: "INITIALIZING", since: 0 },
    get data() {
      return data;
    },
    get hasData() {
      return data !== undefined;
    },
  };
  return {
    edge: edge as unknown as EdgeEnvironment,
    fill: () => {
      const changes = [clientFlag("a", 1, { value: 1 }), segmentOf("s", 1), segmentOf("t", 1)];
      data = withChanges(NO_DATA, changes);
    },
  };
}

describe("the log of an edge", () => {
  let clock: MovedClock;
  let log: RecordedLog;
  let stopping: AbortController;
  const start = (...all: EdgeEnvironment[]): void =>
    void logData(all as unknown as EdgeEnvironments, log, clock, stopping.signal);
  const lines = (event: string): string[] => log.lines.filter((line) => line.includes(`"${event}"`));

  beforeEach(() => {
    clock = new MovedClock();
    log = new RecordedLog();
    stopping = new AbortController();
  });
  afterEach(() => stopping.abort());

  it("says in one line, once, which environments have data and of how many flags", async () => {
    const [one, two] = [served("one"), served("two")];
    start(one.edge, two.edge);
    one.fill();
    two.fill();
    await clock.pass(30_000);
    expect(lines("edge.data")).toEqual([
      expect.stringContaining("info serving 2 flags and 4 segments of 2 environments"),
    ]);
    expect(lines("edge.waiting")).toEqual([]);
  });

  it("says after 10 s what environments without data wait for, and again only after 10 minutes", async () => {
    const one = served("one");
    start(one.edge);
    await clock.pass(9_000);
    expect(log.lines).toEqual([]);
    await clock.pass(300_000);
    expect(lines("edge.waiting")).toEqual([
      expect.stringContaining("one (LaunchDarkly rejected its SDK key)"),
    ]);
    await clock.pass(400_000);
    expect(lines("edge.waiting")).toHaveLength(2);
    one.fill();
    await clock.pass(700_000);
    expect(lines("edge.waiting")).toHaveLength(2);
    expect(lines("edge.data")).toHaveLength(1);
  });
});
