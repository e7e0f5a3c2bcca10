import { describe, expect, it } from "vitest";
import { eventually, eventuallyPasses } from "../../support/eventually.ts";

describe("eventually", () => {
  it("gives the first truthy value, and takes exceptions for not yet", async () => {
    let looks = 0;
    const value = await eventually("the third look", () => {
      looks += 1;
      if (looks === 1) throw new Error("too early");
      return looks === 3 && `look ${looks}`;
    });
    expect(value).toBe("look 3");
  });

  it("says what it waited for and what it saw last", async () => {
    const soon = { timeoutMs: 40, everyMs: 5 };
    await expect(eventually("a miracle", () => 0, soon)).rejects.toThrow(
      "waited 40 ms for a miracle: the last value was 0",
    );
    await expect(eventually("a miracle", () => Promise.reject(new Error("no way")), soon)).rejects.toThrow(
      "for a miracle: no way",
    );
  });

  it("does not wait for a look that hangs, and tells of the one before it", async () => {
    const hangs = new Promise<boolean>(() => "never settled");
    await expect(eventually("an answer", () => hangs, { timeoutMs: 40 })).rejects.toThrow(
      "waited 40 ms for an answer: no look came to an end",
    );
    let looks = 0;
    const hangsLater = () => {
      looks += 1;
      return looks === 1 ? null : hangs;
    };
    await expect(eventually("an answer", hangsLater, { timeoutMs: 100 })).rejects.toThrow(
      "for an answer: the last value was null",
    );
  });
});

describe("eventuallyPasses", () => {
  it("waits until assertions hold, and fails with the last of their failures", async () => {
    let looks = 0;
    await eventuallyPasses("three looks", () => {
      looks += 1;
      expect(looks).toBe(3);
    });
    await expect(
      eventuallyPasses("the impossible", () => expect(looks).toBe(4), { timeoutMs: 30 }),
    ).rejects.toThrow("for the impossible: expected 3 to be 4");
  });
});
