import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toArchive } from "../../../services/cli/archive/create.ts";
import { lookAtArchive } from "../../../services/cli/archive/run-archive.ts";
import { parseCommand } from "../../../services/cli/arguments.ts";
import { UserError } from "../../../shared/base/errors.ts";
import type { Snapshot } from "../../../shared/bus/environment-store.ts";
import { claimOf, encodeClaim } from "../../../shared/model/claim.ts";
import { sumOf } from "../../../shared/model/content-sum.ts";
import type { MobileKey, SdkKey } from "../../../shared/model/credentials.ts";
import { parseItem } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import { environment } from "../../support/environment.ts";
import { archiveOf, envOf } from "../../support/hand-made-archive.ts";
import { tempFolder } from "../../support/temp-folder.ts";

describe("the arguments of ld-relay archive", () => {
  it.each([
    [["create", "a"], { action: "create", path: "a", environment: undefined }],
    [["create", "a", "--environment", "X"], { action: "create", path: "a", environment: "X" }],
    [["show", "a", "--json"], { action: "show", path: "a", json: true }],
    [["verify", "a"], { action: "verify", path: "a" }],
  ])("%j are understood", (words, command) => {
    expect(parseCommand(["archive", ...words])).toMatchObject({ kind: "archive", command });
  });

  it.each([
    [[], "create, show, verify"],
    [["creat"], 'did you mean "create"?'],
    [["create"], "takes one FILE"],
    [["verify", "a", "b"], "takes one FILE"],
    [["verify", "a", "--json"], "takes no --json"],
  ])("%j are refused", (words, message) => {
    expect(() => parseCommand(["archive", ...words])).toThrow(message);
  });
});

const ENVIRONMENT = environment("A", {
  credentials: { sdkKey: "sdk-1" as SdkKey, mobileKey: "mob-1" as MobileKey },
  ttlMs: 61_000,
});
const DATA = {
  flags: new Map([
    ["f", parseItem('{"version":1}')],
    ["gone", tombstone("flags", 2)],
  ]),
  segments: new Map(),
};
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  position: { offset: 1, stamp: "s" },
  seenAt: 1,
  upstream: { state: "VALID", since: 1, aliveAt: 1, envId: "id-1" },
  claim: encodeClaim(claimOf(ENVIRONMENT)),
  data: DATA,
  inited: true,
  receivedAtMs: 0,
  sum: sumOf(DATA),
  ...more,
});

describe("what Redis holds of an environment", () => {
  it("goes into an archive with its keys, and without what was deleted", () => {
    const { env, data } = toArchive(ENVIRONMENT, snapshot(), 5);
    expect(env).toMatchObject({
      envID: "id-1",
      sdkKey: { value: "sdk-1" },
      mobKey: "mob-1",
      defaultTtl: 2,
      version: 5,
    });
    expect([...data.flags.keys()]).toEqual(["f"]);
  });

  it("has another data id when, and only when, its flags are others", () => {
    const { dataId } = toArchive(ENVIRONMENT, snapshot(), 5);
    expect(toArchive({ ...ENVIRONMENT, secureMode: true }, snapshot(), 6).dataId).toBe(dataId);
    const changed = { ...DATA, flags: new Map([["f", parseItem('{"version":2}')]]) };
    expect(toArchive(ENVIRONMENT, snapshot({ data: changed, sum: sumOf(changed) }), 5).dataId).not.toBe(
      dataId,
    );
  });

  it.each<[string, Partial<Snapshot>, RegExp]>([
    ["is not there yet", { inited: false }, /no data in Redis yet/],
    ["is nobody's", { claim: undefined }, /no data in Redis yet/],
    ["is another's", { claim: "|0123456789abcdef|other" }, /another environment/],
    ["is damaged", { sum: { high: 1, low: 1 } }, /damaged in Redis/],
    ["has no id", { upstream: undefined }, /set envId/],
  ])("does not, if it %s", (_, more, message) => {
    expect(() => toArchive(ENVIRONMENT, snapshot(more), 5)).toThrow(message);
  });
});

async function look(action: "show" | "verify", bytes: Buffer): Promise<string> {
  const path = join(tempFolder(), "a.tar");
  writeFileSync(path, bytes);
  const lines: string[] = [];
  const terminal = { result: (line: string) => void lines.push(line), progress: () => undefined };
  await lookAtArchive({ action, path, json: false }, terminal);
  return lines.join("\n");
}
const MALFORMED = { envId: "bad", env: envOf("bad", { sdkKeys: [] }) };

describe("an archive", () => {
  it("is shown with what cannot be used of it", async () => {
    const text = await look("show", archiveOf({ envId: "one" }, MALFORMED));
    expect(text).toMatch(/^ID +PROJECT +ENVIRONMENT +FLAGS/);
    expect(text).toMatch(/^one +Shop +Production +1 +0 +1 +data-1 /m);
    expect(text).toContain("unusable: environment bad: its default SDK key is not in the list");
  });

  it("shows only the ends of keys", async () => {
    const env = envOf("one", { sdkKey: { value: "sdk-0123456789abcdef" }, mobKey: "mob-0123456789abcdef" });
    const text = await look("show", archiveOf({ envId: "one", env }));
    expect(text).toContain("sdk-***********bcdef, mob-***********bcdef");
  });

  it("is verified with all environments in it", async () => {
    expect(await look("verify", archiveOf({ envId: "one" }))).toContain("its environment can be used");
    expect(await look("verify", archiveOf({ envId: "one" }, { envId: "two" }))).toContain(
      "all 2 environments",
    );
    await expect(look("verify", archiveOf({ envId: "one" }, MALFORMED))).rejects.toThrow(/environment bad: /);
    await expect(look("verify", Buffer.alloc(9))).rejects.toThrow(UserError);
  });
});
