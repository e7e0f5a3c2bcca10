import { beforeEach, describe, expect, it } from "vitest";
import { Mailbox } from "../../../shared/base/mailbox.ts";
import { MovedClock } from "../../support/moved-clock.ts";

let clock: MovedClock;
let mailbox: Mailbox<number>;
beforeEach(() => {
  clock = new MovedClock();
  mailbox = new Mailbox(clock);
});

describe("a mailbox", () => {
  it("gives messages in their order, at once or when they come", async () => {
    mailbox.post(1);
    mailbox.post(2);
    expect(await mailbox.receive(1000)).toBe(1);
    expect(await mailbox.receive(0)).toBe(2);
    const next = mailbox.receive(1000);
    mailbox.post(3);
    expect(await next).toBe(3);
    expect(clock.sleepers).toBe(0);
  });

  it("gives nothing when the time is over, or somebody wakes the reader", async () => {
    const timedOut = mailbox.receive(1000);
    await clock.pass(1000);
    expect(await timedOut).toBeUndefined();
    const woken = mailbox.receive(1000);
    mailbox.wake();
    expect(await woken).toBeUndefined();
  });

  it("forgets what is obsolete", async () => {
    for (const message of [1, 2, 3]) mailbox.post(message);
    mailbox.forget((message) => message < 3);
    expect(await mailbox.receive(0)).toBe(3);
  });

  it("does not let anybody wait once it is closed, and still gives what is there", async () => {
    const waiting = mailbox.receive(1000);
    mailbox.close();
    expect(await waiting).toBeUndefined();
    mailbox.post(1);
    expect(await mailbox.receive(1000)).toBe(1);
    expect(await mailbox.receive(1000)).toBeUndefined();
  });
});
