import { beforeEach, describe, expect, it } from "vitest";
import type { Cause } from "../../../shared/base/cause.ts";
import { OutageReporter } from "../../../shared/base/outage-reporter.ts";
import { MovedClock } from "../../support/moved-clock.ts";

const TIMING = { settleMs: 1000, calmMs: 5000, forgetMs: 60_000, repeatMs: 60_000, remindMs: 600_000 };
const refused: Cause = { code: "ECONNREFUSED", text: "connect ECONNREFUSED" };
const password: Cause = { code: "WRONGPASS", text: "WRONGPASS invalid username-password pair" };
const vague: Cause = { code: "CLOSED", text: "Connection is closed", vague: true };

let clock: MovedClock;
let reporter: OutageReporter;
/** Each line as its kind, its cause's code and how many environments are hit. */
let lines: string[];

beforeEach(() => {
  clock = new MovedClock();
  lines = [];
  reporter = new OutageReporter(
    ({ kind, cause, lastedMs, environments }) =>
      lines.push(kind === "ended" ? `ended ${lastedMs}` : `${kind} ${cause.code} ${environments.size}`),
    TIMING,
    clock,
  );
});

describe("the outages of a service", () => {
  it("are one line each when they begin, however many environments are hit, and one when they end", async () => {
    const parts = Array.from({ length: 1000 }, (_, i) => reporter.part(`env-${i}`));
    for (let round = 0; round < 40; round++) {
      for (const part of parts) part.failed(refused);
      await clock.pass(250);
    }
    expect(lines).toEqual(["began ECONNREFUSED 1000"]);
    for (const part of parts) part.worked();
    await clock.pass(6000);
    expect(lines).toEqual(["began ECONNREFUSED 1000", "ended 10000"]);
    expect(clock.sleepers).toBe(0);
  });

  it("are one while what works and what fails alternate", async () => {
    const [reading, writing] = [reporter.part("a"), reporter.part("a")];
    for (let second = 0; second < 120; second++) {
      reading.worked();
      if (second % 3 === 0) writing.worked();
      else writing.failed(refused);
      await clock.pass(1000);
    }
    expect(lines).toEqual(["began ECONNREFUSED 1"]);
  });

  it("are told with the cause that says most, and again when a better one becomes known", async () => {
    const [connection, environment] = [reporter.part(), reporter.part("a")];
    connection.failed(vague);
    await clock.pass(1500);
    expect(lines).toEqual(["began CLOSED 0"]);
    connection.failed(password);
    environment.failed(vague);
    await clock.pass(1000);
    expect(lines).toEqual(["began CLOSED 0", "cause WRONGPASS 1"]);
    connection.failed(vague);
    await clock.pass(10_000);
    expect(lines).toHaveLength(2);
  });

  it("tell each cause once while causes alternate, and one again that has stayed alone", async () => {
    const part = reporter.part("a");
    for (let i = 0; i < 60; i++) {
      part.failed(i % 2 === 0 ? refused : password);
      await clock.pass(2000);
    }
    expect(lines).toEqual(["began ECONNREFUSED 1", "cause WRONGPASS 1"]);
    for (let i = 0; i < 40; i++) {
      part.failed(refused);
      await clock.pass(2000);
    }
    expect(lines).toEqual(["began ECONNREFUSED 1", "cause WRONGPASS 1", "cause ECONNREFUSED 1"]);
  });

  it("do not fill the log with causes whose texts differ each time", async () => {
    const part = reporter.part("a");
    for (let i = 0; i < 500; i++) {
      part.failed({ code: `CODE_${i}`, text: "odd" });
      await clock.pass(250);
    }
    expect(lines.length).toBeLessThanOrEqual(17);
  });

  it("are told even if they last shorter than the time that is given for details", async () => {
    const part = reporter.part("a");
    part.failed(refused);
    await clock.pass(300);
    part.worked();
    await clock.pass(5500);
    expect(lines).toEqual(["began ECONNREFUSED 1", "ended 300"]);
  });

  it("are told ever less often by a service that comes and goes", async () => {
    const part = reporter.part("a");
    for (let round = 0; round < 100; round++) {
      part.failed(refused);
      await clock.pass(2000);
      part.worked();
      await clock.pass(8000);
    }
    expect(lines.length).toBeLessThanOrEqual(4);
  });

  it("are remembered by a line every ten minutes", async () => {
    const part = reporter.part("a");
    for (let second = 0; second < 1900; second += 30) {
      part.failed(refused);
      await clock.pass(30_000);
    }
    expect(lines).toEqual([
      "began ECONNREFUSED 1",
      "lasts ECONNREFUSED 1",
      "lasts ECONNREFUSED 1",
      "lasts ECONNREFUSED 1",
    ]);
  });

  it("do not go on for the sake of somebody who does not try any more", async () => {
    const [silent, gone] = [reporter.part("removed"), reporter.part("left")];
    const other = reporter.part("a");
    for (const part of [silent, gone, other]) part.failed(refused);
    await clock.pass(2000);
    gone.leave();
    other.worked();
    expect(reporter.trouble).toMatchObject({ since: 0, cause: refused });
    await clock.pass(TIMING.forgetMs);
    expect(reporter.trouble).toBe(undefined);
    expect(lines.at(-1)).toMatch(/^ended/);
  });

  it("are no news when who was hit leaves at once, as when a process stops", async () => {
    const part = reporter.part();
    part.failed(vague);
    part.leave();
    expect(clock.sleepers).toBe(0);
    await clock.pass(60_000);
    expect(lines).toEqual([]);
  });

  it("have an end that nobody claims to know when all who were hit have left", async () => {
    const part = reporter.part();
    part.failed(refused);
    await clock.pass(2000);
    part.leave();
    // A command that has said that Redis is away would wait for this sleeper before it ends.
    expect(clock.sleepers).toBe(0);
    await clock.pass(60_000);
    expect(lines).toEqual(["began ECONNREFUSED 0"]);
  });
});

describe("a reporter that was stopped", () => {
  it("watches nothing, whatever is still reported", async () => {
    const part = reporter.part();
    part.failed(refused);
    reporter.stop();
    part.failed(refused);
    expect(clock.sleepers).toBe(0);
    await clock.pass(60_000);
    expect(lines).toEqual([]);
  });
});

describe("trouble", () => {
  it("is there while anybody fails, since the first failure, with the cause that says most", async () => {
    const [connection, environment] = [reporter.part(), reporter.part("a")];
    await clock.pass(100);
    environment.failed(vague);
    expect(reporter.trouble).toEqual({ since: 100, cause: vague });
    await clock.pass(100);
    connection.failed(password);
    expect(reporter.trouble).toEqual({ since: 100, cause: password });
    connection.worked();
    expect(reporter.trouble?.since).toBe(100);
    environment.worked();
    expect(reporter.trouble?.cause).toEqual(password);
    await clock.pass(3000);
    expect(reporter.trouble).toBe(undefined);
  });

  it("stays while one thing works and another fails by turns", async () => {
    const part = reporter.part("a");
    for (let i = 0; i < 20; i++) {
      part.failed(refused);
      await clock.pass(500);
      part.worked();
      await clock.pass(500);
      expect(reporter.trouble?.cause).toEqual(refused);
    }
  });
});
