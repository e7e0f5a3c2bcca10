import { beforeEach, describe, expect, it } from "vitest";
import type { LogFacts, Logger } from "../../../shared/base/logger.ts";
import { EnvironmentList } from "../../../shared/environments/environment-source.ts";
import { type EnvironmentWork, PerEnvironment } from "../../../shared/environments/per-environment.ts";
import type { SdkKey } from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";
import { environment } from "../../support/environment.ts";
import { silentLogger } from "../../support/silent-logger.ts";

/** What works for one environment here: it notes what it is told, and ends when the test lets it. */
class Part {
  environment: Environment;
  readonly ended: Promise<void>;
  end: () => void = () => undefined;

  constructor(environment: Environment) {
    this.environment = environment;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

let steps: string[];
let errors: LogFacts[];
const logger: Logger = { ...silentLogger, error: (_, facts) => void errors.push(facts) };

beforeEach(() => {
  steps = [];
  errors = [];
});

const work: EnvironmentWork<Part> = {
  start: (environment) => {
    steps.push(`start ${environment.id} ${environment.prefix}`);
    return new Part(environment);
  },
  change: (part, environment) => {
    steps.push(`change ${environment.id} ${environment.ttlMs}`);
    part.environment = environment;
  },
  stop: (part) => {
    steps.push(`stop ${part.environment.id} ${part.environment.prefix}`);
    return part.ended;
  },
};

function partsOf(list: EnvironmentList, changed: Partial<EnvironmentWork<Part>> = {}): PerEnvironment<Part> {
  return new PerEnvironment(list, { ...work, ...changed }, logger);
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("what exists per environment", () => {
  it("is started for those that there are and those that are added, changed in place, and stopped with the removal", () => {
    const list = new EnvironmentList([environment("a"), environment("b")]);
    const parts = partsOf(list);
    const b = parts.find("b");
    list.replace([environment("b", { ttlMs: 5 }), environment("c")]);
    expect(steps).toEqual([
      "start a launchdarkly-a",
      "start b launchdarkly-b",
      "stop a launchdarkly-a",
      "change b 5",
      "start c launchdarkly-c",
    ]);
    expect(parts.find("b")).toBe(b);
    expect(parts.find("a")).toBe(undefined);
    expect([...parts].map((part) => part.environment.id)).toEqual(["b", "c"]);
    expect([...parts.entries()].map(([{ id, ttlMs }]) => `${id} ${ttlMs}`)).toEqual(["b 5", "c 0"]);
  });

  it("is another one at another prefix: the former begins to stop before the next starts", () => {
    const list = new EnvironmentList([environment("a")]);
    partsOf(list);
    list.replace([environment("a", { prefix: "moved" })]);
    expect(steps).toEqual(["start a launchdarkly-a", "stop a launchdarkly-a", "start a moved"]);
  });

  it("gives way to a successor where it cannot go on, and knows what it hands over", () => {
    const list = new EnvironmentList([environment("a")]);
    const handedOver: string[] = [];
    const parts = partsOf(list, {
      successor: (part, next, previous) => {
        if (next.credentials.sdkKey === previous.credentials.sdkKey) return undefined;
        return () => {
          handedOver.push(part.environment.credentials.sdkKey);
          return work.start(next);
        };
      },
    });
    const first = parts.find("a");
    list.replace([environment("a", { ttlMs: 5 })]);
    expect(parts.find("a")).toBe(first);
    list.replace([environment("a", { credentials: { sdkKey: "sdk-2" as SdkKey } })]);
    expect(parts.find("a")).not.toBe(first);
    expect(handedOver).toEqual(["sdk-a"]);
    expect(steps).toEqual([
      "start a launchdarkly-a",
      "change a 5",
      "stop a launchdarkly-a",
      "start a launchdarkly-a",
    ]);
  });

  it("has all ended when stopping is done, also what was removed before, and hears of no more changes", async () => {
    const list = new EnvironmentList([environment("a"), environment("b")]);
    const parts = partsOf(list);
    const [a, b] = [...parts];
    list.replace([environment("b")]);
    let done = false;
    const stopped = parts.stop().then(() => {
      done = true;
    });
    list.replace([environment("c")]);
    b?.end();
    await settled();
    expect(done).toBe(false);
    a?.end();
    await stopped;
    expect(steps.filter((step) => step.startsWith("stop"))).toEqual([
      "stop a launchdarkly-a",
      "stop b launchdarkly-b",
    ]);
    expect(steps).not.toContain("start c launchdarkly-c");
  });

  it("is still found while the process ends, and stops once", async () => {
    const parts = partsOf(new EnvironmentList([environment("a")]));
    const stops = [parts.stop(), parts.stop()];
    await settled();
    expect(parts.find("a")?.environment.id).toBe("a");
    parts.find("a")?.end();
    await Promise.all(stops);
    expect(steps).toEqual(["start a launchdarkly-a", "stop a launchdarkly-a"]);
  });

  it("logs what fails to start, to change and to stop, and spares the other environments", async () => {
    const list = new EnvironmentList([environment("bad"), environment("good")]);
    const parts = partsOf(list, {
      start: (one) => {
        if (one.prefix === "broken") throw new Error("no start");
        return work.start(one);
      },
      change: (part, one) => {
        if (one.id === "bad") return Promise.reject(new Error("no change"));
        return work.change(part, one);
      },
      stop: (part) =>
        part.environment.id === "bad" ? Promise.reject(new Error("no stop")) : Promise.resolve(),
    });
    list.replace([environment("bad", { ttlMs: 1 }), environment("good", { ttlMs: 1 })]);
    list.replace([environment("bad", { prefix: "broken" }), environment("good", { ttlMs: 2 })]);
    await settled();
    expect(errors.map(({ event, environment: name, error }) => [event, name, error])).toEqual([
      ["environment.start_failed", "bad", "no start"],
      ["environment.change_failed", "bad", "no change"],
      ["environment.stop_failed", "bad", "no stop"],
    ]);
    expect(steps).toContain("change good 1");
    expect(steps).toContain("change good 2");
    await parts.stop();
  });

  it("starts at its next change what could not be started", () => {
    const list = new EnvironmentList([]);
    let works = false;
    const parts = partsOf(list, {
      start: (one) => {
        if (!works) throw new Error("no start");
        return work.start(one);
      },
    });
    list.replace([environment("a")]);
    expect(parts.find("a")).toBe(undefined);
    works = true;
    list.replace([environment("a", { ttlMs: 1 })]);
    expect(parts.find("a")?.environment.ttlMs).toBe(1);
  });
});
