import { execFileSync } from "node:child_process";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readArchive } from "../../../shared/archive/archive.ts";
import { writeArchive } from "../../../shared/archive/write-archive.ts";
import { type Item, parseItem } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";
import { envOf } from "../../support/hand-made-archive.ts";
import { tempFolder } from "../../support/temp-folder.ts";

const ITEMS = new Map<string, Item>([
  ["f", parseItem('{"version":7, "one": 1.0}')],
  ["__proto__", parseItem('{"version":1}')],
  ["gone", tombstone("flags", 9)],
]);
const ENVIRONMENT = {
  env: { ...envOf("one"), envID: "one" },
  dataId: "d",
  data: { flags: ITEMS, segments: new Map([["s", parseItem('{"version":2}')]]) },
};

it("writes what can be read again, item by item, without what was deleted", async () => {
  const path = join(tempFolder(), "a.tar.gz");
  await writeArchive(path, [ENVIRONMENT], Date.UTC(2026, 0, 1));
  const { environments, invalid } = await readArchive(path);
  expect(invalid).toEqual([]);
  const [read] = environments;
  expect(read).toMatchObject({ dataId: "d", representation: { envId: "one", version: 1 } });
  expect([...(read?.data.flags.keys() ?? [])]).toEqual(["f", "__proto__"]);
  expect(read?.data.flags.get("f")?.raw).toBe('{"version":7, "one": 1.0}');
  expect(read?.data.segments.get("s")?.version).toBe(2);
});

it("writes what GNU tar lists, for its owner alone, and leaves nothing else behind", async () => {
  const folder = tempFolder();
  const path = join(folder, "a.tar.gz");
  writeFileSync(path, "what was there before");
  await writeArchive(path, [ENVIRONMENT], Date.UTC(2026, 0, 1));
  expect(execFileSync("tar", ["-tzf", path], { encoding: "utf8" })).toBe(
    "one.json\none-data.json\nchecksum.md5\n",
  );
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["a.tar.gz"]);
});
