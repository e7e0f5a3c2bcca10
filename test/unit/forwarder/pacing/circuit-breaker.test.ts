import { beforeEach, describe, expect, it } from "vitest";
import { CircuitBreaker } from "../../../../services/forwarder/pacing/circuit-breaker.ts";
import type { DestinationSignal } from "../../../../services/forwarder/pacing/destination-signal.ts";
import type { Clock } from "../../../../shared/base/clock.ts";

/** A clock that a test moves: sleeps end when their time has come, or when they are broken off. */
class MovedClock implements Clock {
  #now = 0;
  readonly #sleeps = new Set<{ until: number; wake: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleep = { until: this.#now + ms, wake: resolve };
      this.#sleeps.add(sleep);
      signal?.addEventListener("abort", () => resolve(), { once: true });
    });
  }

  async pass(ms: number): Promise<void> {
    this.#now += ms;
    for (const sleep of this.#sleeps) if (sleep.until <= this.#now) sleep.wake();
    await settled();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

let clock: MovedClock;
let stopping: AbortController;
let changes: boolean[];
let circuit: CircuitBreaker;

beforeEach(() => {
  clock = new MovedClock();
  stopping = new AbortController();
  changes = [];
  circuit = new CircuitBreaker({
    permits: 4,
    maxOpenMs: 300_000,
    stopping: stopping.signal,
    changed: (open) => changes.push(open),
    clock,
    random: () => 0,
  });
});

/** Lets so many come; the result shows who was let in or turned away so far. */
function come(count: number): (boolean | undefined)[] {
  const entered: (boolean | undefined)[] = Array(count).fill(undefined);
  for (let i = 0; i < count; i += 1)
    void circuit.enter().then((let_in) => {
      entered[i] = let_in;
    });
  return entered;
}

async function go(sign: DestinationSignal, times = 1): Promise<void> {
  for (let i = 0; i < times; i += 1) circuit.leave(sign);
  await settled();
}

async function open(): Promise<void> {
  for (let i = 0; i < 5; i += 1) {
    come(1);
    await go("failing");
  }
}

const count = (entered: (boolean | undefined)[], value: boolean | undefined) =>
  entered.filter((one) => one === value).length;

describe("a circuit", () => {
  it("lets in as many as there are permits, and the others as permits become free", async () => {
    const entered = come(6);
    await settled();
    expect(entered).toEqual([true, true, true, true, undefined, undefined]);
    await go("healthy");
    await go("nothing");
    expect(entered).toEqual(Array(6).fill(true));
  });

  it("begins with a few permits, and has one more after each success", async () => {
    const wide = new CircuitBreaker({
      permits: 10,
      maxOpenMs: 1000,
      stopping: stopping.signal,
      changed: () => undefined,
      clock,
      random: () => 0,
    });
    let inside = 0;
    for (let i = 0; i < 20; i += 1)
      void wide.enter().then(() => {
        inside += 1;
      });
    await settled();
    expect(inside).toBe(8);
    for (const expected of [10, 12, 13]) {
      wide.leave("healthy");
      await settled();
      expect(inside).toBe(expected);
    }
  });

  it("opens after five failures in a row, and turns away who waits", async () => {
    const entered = come(9);
    await settled();
    await go("failing", 3);
    await go("healthy");
    expect(circuit.isOpen).toBe(false);
    await go("failing", 3);
    expect(circuit.isOpen).toBe(false);
    await go("refused");
    const waiting = come(4);
    await settled();
    for (let i = 0; i < 5; i += 1) await go("failing");
    expect(circuit.isOpen).toBe(true);
    expect(changes).toEqual([true]);
    expect(count([...entered, ...waiting], undefined)).toBe(0);
  });

  it("lets one try after a rest, and rests twice as long when that fails, up to half a minute", async () => {
    await open();
    for (const restMs of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
      const early = come(2);
      await clock.pass(restMs - 1);
      expect([early, circuit.retryInMs(), circuit.isProbing]).toEqual([[false, false], 1, false]);
      await clock.pass(1);
      expect(circuit.isProbing).toBe(true);
      const entered = come(3);
      await settled();
      expect([entered, circuit.isProbing]).toEqual([[true, false, false], false]);
      await go("failing");
    }
    expect(changes).toEqual([true]);
  });

  it("lets one more in with each success when the destination is back", async () => {
    await open();
    await clock.pass(1000);
    come(1);
    await go("healthy");
    expect([circuit.isOpen, changes]).toEqual([false, [true, false]]);
    const entered = come(11);
    await settled();
    expect(count(entered, true)).toBe(2);
    await go("healthy", 2);
    expect(count(entered, true)).toBe(6);
    await go("healthy", 4);
    expect(count(entered, true)).toBe(10);
  });

  it("ends a rest at once when it is told to, and then rests as ever", async () => {
    await open();
    circuit.hurry();
    expect(await circuit.enter()).toBe(true);
    await go("failing");
    await clock.pass(1999);
    expect(circuit.isProbing).toBe(false);
    await clock.pass(1);
    expect(circuit.isProbing).toBe(true);
  });

  it("takes no notice of late answers to what was sent before the rest", async () => {
    come(2);
    await settled();
    await open();
    await go("healthy");
    await go("failing");
    expect([circuit.isOpen, changes]).toEqual([true, [true]]);
  });

  it("lets nobody in once everything stops", async () => {
    stopping.abort();
    expect(await circuit.enter()).toBe(false);
  });

  it("turns away who waits for a place when everything stops", async () => {
    const entered = come(5);
    await settled();
    stopping.abort();
    await settled();
    expect(entered).toEqual([true, true, true, true, false]);
  });
});
