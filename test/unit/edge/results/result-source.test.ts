import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { CompiledEnvironment } from "../../../../services/edge/evaluation/compiled-environment.ts";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import type { FlagView } from "../../../../services/edge/evaluation/view.ts";
import { RecentlySeen } from "../../../../services/edge/results/recently-seen.ts";
import { ResultSource, resultEtag, resultKey } from "../../../../services/edge/results/result-source.ts";
import { BoundedCache } from "../../../../shared/base/bounded-cache.ts";
import type { Clock } from "../../../../shared/base/clock.ts";
import { FairQueue } from "../../../../shared/base/event-loop/fair-queue.ts";
import { TimeSlices } from "../../../../shared/base/event-loop/time-slices.ts";
import { NO_DATA, parseItem } from "../../../../shared/model/item.ts";
import { flag } from "../../../../simulator/content.ts";

/** A clock that only the work of a test moves. */
class WorkedClock implements Clock {
  ms = 0;
  now = () => this.ms;
  monotonic = () => this.ms;
  sleep = () => Promise.reject(new Error("nobody sleeps here"));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

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

describe("second sight", () => {
  const tag = (n: number) => `"${createHash("sha1").update(String(n)).digest("base64url")}"`;

  it("knows what came before", () => {
    const seen = new RecentlySeen();
    expect([seen.seenBefore(tag(1)), seen.seenBefore(tag(2)), seen.seenBefore(tag(1))]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it("hardly ever takes one for another, and forgets under a flood", () => {
    const seen = new RecentlySeen();
    let mistaken = 0;
    for (let n = 0; n < 100_000; n++) if (seen.seenBefore(tag(n))) mistaken += 1;
    expect(mistaken).toBeLessThan(10);
    expect(seen.seenBefore(tag(99_999))).toBe(true);
    let remembered = 0;
    for (let n = 0; n < 1000; n++) if (seen.seenBefore(tag(n))) remembered += 1;
    expect(remembered).toBeLessThan(500);
  });
});

describe("results", () => {
  const dataWith = (version: number) => ({
    ...NO_DATA,
    flags: new Map([["f", parseItem(flag("f", { version, clientSide: true }).raw)]]),
  });
  const view = CompiledEnvironment.of(dataWith(1)).view("browser");
  const text = '{"kind":"user","key":"u"}';
  const source = () => new ResultSource({ maxCount: 10, maxBytes: 10_000 });
  const make = (from: ResultSource, wanted = false, of: FlagView = view) => {
    const key = resultKey(of, "browser", false, text);
    return { key, ...from.make(key, resultEtag(key), of, parseContext(text), false, wanted) };
  };

  it("are kept when they were made a second time, not the first", () => {
    const results = source();
    const { key, body } = make(results);
    expect(results.kept(key)).toBeUndefined();
    make(results);
    expect(results.kept(key)).toMatchObject({ body, etag: resultEtag(key) });
    expect(results.size.count).toBe(1);
    expect(results.size.bytes).toBeGreaterThan(body.byteLength + key.length);
  });

  it("are kept at once when somebody else waits for them", () => {
    const results = source();
    const { key } = make(results, true);
    expect(results.kept(key)).toBeDefined();
  });

  it("are in memory that is used again only for those that were released, and never if they are kept", () => {
    const results = source();
    const memoryOf = (context: string, release: boolean) => {
      const key = resultKey(view, "browser", false, context);
      const made = results.make(key, resultEtag(key), view, parseContext(text), false, false);
      if (release) results.release(made);
      return made.body.buffer;
    };
    const first = memoryOf("1", true);
    expect(memoryOf("2", true)).toBe(first);
    expect(memoryOf("3", false)).toBe(first);
    const next = memoryOf("4", true);
    expect(next).not.toBe(first);
    expect(memoryOf("4", true)).toBe(next);
    const kept = results.kept(resultKey(view, "browser", false, "4"));
    expect([first, next]).not.toContain(kept?.body.buffer);
    expect(kept?.body).toEqual(view.results(parseContext(text), false));
  });

  it("are found by all that they depend on", () => {
    const other = CompiledEnvironment.of(dataWith(2)).view("browser");
    const same = CompiledEnvironment.of(dataWith(1)).view("browser");
    const key = resultKey(view, "browser", false, text);
    expect(resultKey(same, "browser", false, text)).toBe(key);
    const others = [
      resultKey(other, "browser", false, text),
      resultKey(view, "mobile", false, text),
      resultKey(view, "browser", true, text),
      resultKey(view, "browser", false, `${text} `),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
    expect(new Set([key, ...others].map(resultEtag)).size).toBe(5);
  });
});

describe("the line of answers", () => {
  const lineOf = () => {
    const clock = new WorkedClock();
    const done: string[] = [];
    const line = new FairQueue(clock, new TimeSlices(clock));
    const ask = (name: string, ms = 1) =>
      line.add(name, () => {
        clock.ms += ms;
        done.push(name);
      });
    return { line, clock, done, ask };
  };

  it("is no line as long as there is little to do", () => {
    const { done, ask } = lineOf();
    for (const name of ["a", "b", "c", "d"]) ask(name, 0.25);
    expect(done).toEqual(["a", "b", "c", "d"]);
  });

  it("does not add up the little of many turns", async () => {
    const { done, ask } = lineOf();
    for (let time = 1; time <= 50; time++) {
      ask("little", 0.7);
      expect(done).toHaveLength(time);
      await turn();
    }
  });

  it("lets what is too much for one turn wait for the next ones, in its order", async () => {
    const { line, done, ask } = lineOf();
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    for (const name of names) ask(name);
    expect(done).toHaveLength(1);
    expect([line.awaits("0"), line.awaits("1"), line.awaits("19")]).toEqual([false, true, true]);
    const perTurn: number[] = [];
    for (let before = done.length; done.length < names.length; before = done.length) {
      await turn();
      perTurn.push(done.length - before);
    }
    expect(done).toEqual(names);
    expect(Math.max(...perTurn)).toBeLessThanOrEqual(4);
    expect(line.awaits("19")).toBe(false);
  });

  it("keeps its order however long it is, and however long it lasts", async () => {
    const { done, ask } = lineOf();
    const names = Array.from({ length: 3000 }, (_, n) => `${n}`);
    for (const [n, name] of names.entries()) {
      ask(name, 0.5);
      if (n % 4 === 0) await turn();
    }
    while (done.length < names.length) await turn();
    expect(done).toEqual(names);
  });

  it("lets nobody overtake who waits, and is empty again afterwards", async () => {
    const { done, ask } = lineOf();
    ask("long", 100);
    ask("second", 3);
    await turn();
    ask("third");
    await turn();
    await turn();
    expect(done).toEqual(["long", "second", "third"]);
    ask("at once");
    expect(done.at(-1)).toBe("at once");
  });

  it("knows how many wait for the same", async () => {
    const { line, ask } = lineOf();
    ask("long", 100);
    for (const _ of [1, 2]) ask("same", 3);
    const seen: boolean[] = [];
    line.add("other", () => seen.push(line.awaits("same")));
    expect(line.awaits("same")).toBe(true);
    await turn();
    await turn();
    await turn();
    expect(seen).toEqual([false]);
  });
});
