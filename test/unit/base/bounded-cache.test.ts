import { describe, expect, it } from "vitest";
import { BoundedCache } from "../../../shared/base/bounded-cache.ts";

describe("a bounded cache", () => {
  const cacheOf = (maxCount: number, maxBytes = 1000) => new BoundedCache<string>({ maxCount, maxBytes });

  it("lets go of what was not used for the longest when there are too many", () => {
    const cache = cacheOf(2);
    cache.set("a", "A", 1);
    cache.set("b", "B", 1);
    cache.get("a");
    cache.set("c", "C", 1);
    expect([cache.get("a"), cache.get("b"), cache.get("c")]).toEqual(["A", undefined, "C"]);
  });

  it("lets go of as many as a large one needs, and keeps none that is too large alone", () => {
    const cache = cacheOf(10, 100);
    for (const key of ["a", "b", "c"]) cache.set(key, key, 30);
    cache.set("large", "large", 60);
    expect(["a", "b", "c", "large"].map((key) => cache.get(key))).toEqual([
      undefined,
      undefined,
      "c",
      "large",
    ]);
    cache.set("huge", "huge", 101);
    expect([cache.get("huge"), cache.get("large")]).toEqual([undefined, "large"]);
    expect([cache.count, cache.bytes]).toEqual([2, 90]);
  });

  it("lets go of the oldest when all were asked for", () => {
    const cache = cacheOf(2);
    for (const key of ["a", "b"]) cache.set(key, key, 1);
    for (const key of ["a", "b"]) cache.get(key);
    cache.set("c", "c", 1);
    expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual([undefined, "b", "c"]);
  });

  it("counts what replaces something, or is deleted, once", () => {
    const cache = cacheOf(10);
    cache.set("a", "A", 30);
    cache.set("a", "B", 40);
    expect([cache.get("a"), cache.bytes]).toEqual(["B", 40]);
    cache.delete("a");
    cache.delete("a");
    expect([cache.get("a"), cache.bytes, cache.count]).toEqual([undefined, 0, 0]);
  });
});
