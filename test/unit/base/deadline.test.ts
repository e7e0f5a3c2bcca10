import { describe, expect, it } from "vitest";
import { DeadlineError, withDeadline } from "../../../shared/base/deadline.ts";

describe("a deadline", () => {
  it("does not change an outcome that comes in time", async () => {
    await expect(withDeadline(Promise.resolve(1), 60_000, "work")).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error("no")), 60_000, "work")).rejects.toThrow("no");
  });

  it("ends the waiting with an error that names the work", async () => {
    const never = new Promise(() => undefined);
    const waiting = withDeadline(never, 1, "the end of the world");
    await expect(waiting).rejects.toThrow(DeadlineError);
    await expect(waiting).rejects.toThrow("the end of the world took longer than 1 ms");
  });
});
