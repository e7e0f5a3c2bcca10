import { expect, it } from "vitest";
import { LeaseLog } from "../../../../services/ingestor/leadership/lease-log.ts";
import { MovedClock } from "../../../support/moved-clock.ts";
import { RecordedLog } from "../../../support/recorded.ts";

it("leases that are lost and taken together are one line each, however many there are", async () => {
  const clock = new MovedClock();
  const log = new RecordedLog();
  const leases = new LeaseLog(log, clock);
  for (let i = 0; i < 1000; i++) leases.ended(`env-${i}`, "lost");
  await clock.pass(500);
  for (let i = 0; i < 1000; i++) leases.taken(`env-${i}`);
  await clock.pass(1000);
  leases.taken("one");
  leases.stop();
  expect(log.lines.map((line) => line.split(" {")[0])).toEqual([
    "info no longer leading 1000 environments: the lease has expired or another ingestor holds it",
    "info leading 1000 environments",
    "info leading 1 environment",
  ]);
  expect(log.lines[0]).toContain('"event":"lease.lost"');
  expect(log.lines[0]).toContain("and 990 more");
  expect(clock.sleepers).toBe(0);
});
