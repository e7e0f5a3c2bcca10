import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../../../shared/base/clock.ts";
import { lockFolder } from "../../../../shared/redis/private-server/folder-lock.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "folder-lock-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

const lock = () => lockFolder(folder, systemClock);

describe("the lock of a folder", () => {
  it("goes to one only of several that ask at the same moment, and the others learn who has it", async () => {
    const outcomes = await Promise.all([lock(), lock(), lock(), lock(), lock()]);
    const [held, ...others] = outcomes.filter((outcome) => typeof outcome !== "string");
    expect(others).toEqual([]);
    for (const holder of outcomes.filter((outcome) => typeof outcome === "string"))
      expect(holder).toContain(`process ${process.pid}`);
    expect(await lock()).toContain(`process ${process.pid}`);
    await held?.release();
  });

  it("is free again after its release, and leaves no file", async () => {
    for (let time = 0; time < 2; time += 1) {
      const held = await lock();
      if (typeof held === "string") throw new Error(`held by ${held}`);
      expect(await readdir(folder)).toEqual(["lock"]);
      await held.release();
      expect(await readdir(folder)).toEqual([]);
    }
  });
});
