import { renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { OfflineEnvironments } from "../../../shared/archive/offline-environments.ts";
import { systemClock } from "../../../shared/base/clock.ts";
import type { FlagData } from "../../../shared/model/item.ts";
import { eventually } from "../../support/eventually.ts";
import { archiveOf, envOf, type HandMadeEnvironment } from "../../support/hand-made-archive.ts";
import { RecordedLog } from "../../support/recorded.ts";
import { tempFolder } from "../../support/temp-folder.ts";

let path: string;
let log: RecordedLog;
let events: string[];
beforeEach(() => {
  path = join(tempFolder(), "archive.tar");
  log = new RecordedLog();
  events = [];
});

const put = (...environments: HandMadeEnvironment[]): void => writeFileSync(path, archiveOf(...environments));
/** As operators should: the file is there in whole, or not at all. */
const replace = (...environments: HandMadeEnvironment[]): void => {
  writeFileSync(`${path}.new`, archiveOf(...environments));
  renameSync(`${path}.new`, path);
};
const versionOf = (data: FlagData): unknown => data.flags.get("f")?.version;

async function open(keepsFlags = true): Promise<OfflineEnvironments> {
  const environments = await OfflineEnvironments.open({
    archivePath: path,
    monitoringIntervalMs: 10,
    environments: { prefixOf: (id) => id, allowedOrigins: [], allowedHeaders: [] },
    keepsFlags,
    logger: log,
    clock: systemClock,
  });
  onTestFinished(() => environments.stop());
  environments.follow({
    added: ({ id }) => {
      events.push(`added ${id}`);
      environments.followFlags(id, (data) => events.push(`${id} has f ${versionOf(data)}`));
    },
    changed: ({ id, credentials }) => events.push(`changed ${id} ${credentials.sdkKey}`),
    removed: ({ id }) => events.push(`removed ${id}`),
  });
  return environments;
}
const arrived = (event: string): Promise<unknown> => eventually(event, () => events.includes(event));
const logged = (text: string): Promise<unknown> =>
  eventually(`a line with ${text}`, () => log.lines.some((line) => line.includes(text)));
const linesWith = (text: string): number => log.lines.filter((line) => line.includes(text)).length;

describe("the environments of an offline archive", () => {
  it("are there at once, with their flags", async () => {
    put({ envId: "one", flagVersion: 3 });
    await open();
    expect(events).toEqual(["added one", "one has f 3"]);
    expect(log.lines).toEqual([expect.stringContaining("archive.loaded")]);
  });

  it("come, change and go when the file is replaced", async () => {
    put({ envId: "one" }, { envId: "two" }, { envId: "three" });
    await open();
    events.length = 0;
    const env = envOf("one", { version: 2, sdkKey: { value: "sdk-new" } });
    replace({ envId: "one", env }, { envId: "two", dataId: "data-2", flagVersion: 2 }, { envId: "four" });
    await arrived("two has f 2");
    expect(events.toSorted()).toEqual([
      "added four",
      "changed one sdk-new",
      "four has f 1",
      "removed three",
      "two has f 2",
    ]);
  });

  it("are read again when a file of the same size and time takes the place", async () => {
    put({ envId: "one", flagVersion: 1 });
    await open();
    const { atime, mtime } = statSync(path);
    writeFileSync(`${path}.new`, archiveOf({ envId: "one", dataId: "data-2", flagVersion: 2 }));
    utimesSync(`${path}.new`, atime, mtime);
    expect(statSync(`${path}.new`).size).toBe(statSync(path).size);
    renameSync(`${path}.new`, path);
    await arrived("one has f 2");
  });

  it("stay while the file is being written, which is said once, and change when it is whole", async () => {
    put({ envId: "one" });
    await open();
    const whole = archiveOf({ envId: "one", dataId: "data-2", flagVersion: 2 });
    writeFileSync(path, whole.subarray(0, 700));
    await logged("archive.refused");
    writeFileSync(path, whole.subarray(0, 1100));
    await systemClock.sleep(50);
    expect(events).toEqual(["added one", "one has f 1"]);
    expect(linesWith("half-written")).toBeLessThanOrEqual(2);
    writeFileSync(path, whole);
    await arrived("one has f 2");
  });

  it("stay while the file is gone, which is said once", async () => {
    put({ envId: "one" });
    await open();
    rmSync(path);
    await logged("archive.missing");
    await systemClock.sleep(50);
    expect(linesWith("archive.missing")).toBe(1);
    expect(events).toEqual(["added one", "one has f 1"]);
    put({ envId: "one", dataId: "data-2", flagVersion: 2 });
    await arrived("one has f 2");
  });

  it("keep what they had where a new archive contradicts itself, and say which", async () => {
    put({ envId: "one" }, { envId: "two" });
    await open();
    const env = envOf("one", { version: 2, sdkKeys: [] });
    replace(
      { envId: "one", env, dataId: "data-2", flagVersion: 2 },
      { envId: "two", dataId: "data-2", flagVersion: 2 },
    );
    await arrived("two has f 2");
    expect(events).not.toContain("one has f 2");
    expect(log.lines.join("\n")).toMatch(/archive.environment_refused.*"one"/);
  });

  it("can be none, which is worth a warning", async () => {
    put();
    await open();
    expect(log.lines).toEqual([expect.stringMatching(/^warn .*archive.empty/)]);
  });

  it("name the keys that views restrict, once a version", async () => {
    const sdkKeys = [{ value: "sdk" }, { key: "restricted", value: "sdk-2", hasViews: true }];
    const env = envOf("one", { sdkKey: { value: "sdk" }, mobKey: "", sdkKeys });
    put({ envId: "one", env });
    await open();
    replace({ envId: "one", env, dataId: "data-2", flagVersion: 2 });
    await arrived("one has f 2");
    expect(linesWith("environment.keys_with_views")).toBe(1);
  });

  it("hold no flags for who wants none", async () => {
    put({ envId: "one" });
    await open(false);
    expect(events).toEqual(["added one", "one has f undefined"]);
  });

  it("cannot begin without an archive that can be used", async () => {
    await expect(open()).rejects.toThrow(/no such file/);
    writeFileSync(path, "x");
    await expect(open()).rejects.toThrow(/half-written/);
  });
});
