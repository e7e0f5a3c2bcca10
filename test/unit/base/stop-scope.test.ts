import { describe, expect, it } from "vitest";
import { StopScope } from "../../../shared/base/stop-scope.ts";

describe("a stop scope", () => {
  it("stops what came last first, each after the one before has ended, and all once", async () => {
    const scope = new StopScope();
    const stopped: string[] = [];
    scope.add("first", () => void stopped.push("first"));
    scope.add("second", async () => {
      await Promise.resolve();
      stopped.push("second");
    });
    await Promise.all([scope.stop(), scope.stop()]);
    await scope.stop();
    expect(stopped).toEqual(["second", "first"]);
  });

  it("goes on after a failure, and names all that failed", async () => {
    const scope = new StopScope();
    let isStopped = false;
    scope.add("the listener", () => {
      isStopped = true;
    });
    for (const what of ["the queue", "the stream"])
      scope.add(what, () => Promise.reject(new Error("it hangs")));
    await expect(scope.stop()).rejects.toThrow("stopping the stream: it hangs; stopping the queue: it hangs");
    expect(isStopped).toBe(true);
  });

  it("stops what is added while it stops", async () => {
    const scope = new StopScope();
    const stopped: string[] = [];
    scope.add("outer", () => scope.add("inner", () => void stopped.push("inner")));
    await scope.stop();
    expect(stopped).toEqual(["inner"]);
  });
});
