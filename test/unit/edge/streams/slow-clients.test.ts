import { describe, expect, it } from "vitest";
import { SlowClients } from "../../../../services/edge/streams/slow-clients.ts";

const DEADLINE_MS = 30_000;

describe("slow clients", () => {
  it("are given up when what was waiting is not taken in time", () => {
    const slowClients = new SlowClients(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    slowClients.watch(reader, 0);
    expect(slowClients.takeOverdue(DEADLINE_MS - 1)).toEqual([]);
    expect(slowClients.takeOverdue(DEADLINE_MS)).toEqual([reader]);
    expect(slowClients.takeOverdue(DEADLINE_MS + 1)).toEqual([]);
  });

  it("are not timed anew by a later write", () => {
    const slowClients = new SlowClients(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    slowClients.watch(reader, 0);
    reader.unsentBytes = 20;
    slowClients.watch(reader, 20_000);
    expect(slowClients.takeOverdue(DEADLINE_MS)).toEqual([reader]);
  });

  it("get new time when they have taken what was waiting, though more is waiting by now", () => {
    const slowClients = new SlowClients(DEADLINE_MS);
    const reader = { unsentBytes: 10, takenBytes: 0 };
    slowClients.watch(reader, 0);
    reader.takenBytes = 10;
    expect(slowClients.takeOverdue(20_000)).toEqual([]);
    expect(slowClients.takeOverdue(20_000 + DEADLINE_MS - 1)).toEqual([]);
    expect(slowClients.takeOverdue(20_000 + DEADLINE_MS)).toEqual([reader]);
  });

  it("are forgotten when they have caught up, or are over", () => {
    const slowClients = new SlowClients(DEADLINE_MS);
    const quick = { unsentBytes: 10, takenBytes: 0 };
    const over = { unsentBytes: 10, takenBytes: 0 };
    slowClients.watch(quick, 0);
    slowClients.watch(over, 0);
    quick.unsentBytes = 0;
    slowClients.forget(over);
    expect(slowClients.takeOverdue(DEADLINE_MS)).toEqual([]);
  });
});
