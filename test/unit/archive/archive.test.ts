import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { type Archive, readArchive } from "../../../shared/archive/archive.ts";
import {
  archiveOf,
  checksumOf,
  envOf,
  filesOf,
  type TarEntry,
  tarOf,
} from "../../support/hand-made-archive.ts";
import { tempFolder } from "../../support/temp-folder.ts";

async function read(bytes: Buffer): Promise<Archive> {
  const path = join(tempFolder(), "archive");
  writeFileSync(path, bytes);
  return readArchive(path);
}
const idsOf = (archive: Archive): string[] =>
  archive.environments.map(({ representation }) => representation.envId);
const withChecksum = (files: readonly TarEntry[], ...more: TarEntry[]): Buffer =>
  tarOf([...files, checksumOf(files), ...more]);
const ONE = filesOf([{ envId: "one" }]);

describe("an offline archive", () => {
  it.each([
    ["plain", (bytes: Buffer) => bytes],
    ["compressed", gzipSync],
  ])("is read when it is %s", async (_, pack) => {
    const archive = await read(pack(archiveOf({ envId: "two" }, { envId: "one", dataId: "x" })));
    expect(archive.invalid).toEqual([]);
    expect(archive.environments.map(({ representation, dataId }) => [representation.envId, dataId])).toEqual([
      ["one", "x"],
      ["two", "data-1"],
    ]);
  });

  it("keeps the texts of flags as they are", async () => {
    const data = '{"other":{"x":1},"flags":{"f":{"version": 3,"big":12345678901234567890,"one":1.0}}}';
    const [environment] = (await read(archiveOf({ envId: "one", data }))).environments;
    expect(environment?.data.flags.get("f")?.raw).toBe('{"version": 3,"big":12345678901234567890,"one":1.0}');
    expect(environment?.data.segments.size).toBe(0);
  });

  it("has its checksum over both files of each environment, by their names as bytes", async () => {
    // "one-data.json" < "one.json", and "one.x-data.json" stands between files of others.
    const ids = ["one", "one.x", "one-x", "ONE"];
    expect(idsOf(await read(archiveOf(...ids.map((envId) => ({ envId })))))).toEqual([...ids].sort());
  });

  it("is what GNU tar makes of a folder, too", async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, "in"));
    for (const { name, content = "" } of [...ONE, checksumOf(ONE)])
      writeFileSync(join(folder, "in", name), content);
    const path = join(folder, "archive.tar.gz");
    execFileSync("tar", ["-czf", path, "-C", join(folder, "in"), "."]);
    expect(idsOf(await readArchive(path))).toEqual(["one"]);
  });

  it("has long names as GNU and POSIX write them", async () => {
    const envId = "e".repeat(120);
    const [environment, data] = filesOf([{ envId }]).map(({ content = "" }) => content);
    const pax = ` path=${envId}-data.json\n`;
    const entries = [
      { name: "././@LongLink", type: "L", content: `${envId}.json\0` },
      { name: "cut.json", content: environment ?? "" },
      { name: "PaxHeader", type: "x", content: `${pax.length + 3}${pax}` },
      { name: "cut.json", content: data ?? "" },
    ];
    expect(idsOf(await read(tarOf([...entries, checksumOf(filesOf([{ envId }]))])))).toEqual([envId]);
  });

  it("has nothing but regular files at its top level", async () => {
    const more = [
      { name: "link.json", type: "2", linkName: "/etc/passwd" },
      { name: "hard.json", type: "1", linkName: "one.json", size: 4096 },
      { name: "folder/", type: "5" },
      { name: "folder/two.json", content: "{}" },
      { name: "._one.json", content: "a system's own" },
      { name: "README.md", content: "what is this" },
    ];
    expect(idsOf(await read(withChecksum(ONE, ...more)))).toEqual(["one"]);
  });

  it("may have no environments", async () => {
    expect(await read(archiveOf())).toEqual({ environments: [], invalid: [] });
  });
});

describe("an offline archive is refused", () => {
  it.each<[string, Buffer, RegExp]>([
    ["when it is empty", Buffer.alloc(0), /has no checksum.md5/],
    ["when it is something else", Buffer.from("x".repeat(2000)), /neither a tar file nor one compressed/],
    [
      "when a file is changed",
      tarOf([...filesOf([{ envId: "one", flagVersion: 2 }]), checksumOf(ONE)]),
      /not those of its checksum/,
    ],
    [
      "when an environment was added",
      tarOf([...ONE, ...filesOf([{ envId: "two" }]), checksumOf(ONE)]),
      /not those of its checksum/,
    ],
    ["when the checksum is missing", tarOf(ONE), /has no checksum.md5/],
    [
      "when the checksum is in hexadecimal digits",
      tarOf([...ONE, { name: "checksum.md5", content: "0".repeat(32) }]),
      /has 32 bytes, and not the 16/,
    ],
    ["when flags are missing", withChecksum(ONE.slice(0, 1)), /has one.json and no one-data.json/],
    [
      "when gzip is damaged",
      Buffer.concat([gzipSync(archiveOf({ envId: "one" })).subarray(0, 30), Buffer.alloc(500, 7)]),
      /half-written or damaged/,
    ],
  ])("%s", async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });

  it("when it is half-written, wherever it ends", async () => {
    const whole = archiveOf({ envId: "one" });
    const end = whole.length - 1024;
    for (let length = 0; length < end; length += 100)
      await expect(read(whole.subarray(0, length)), `${length} bytes`).rejects.toThrow(/half-written/);
    const packed = gzipSync(whole);
    for (let length = 0; length < packed.length - 8; length += 100)
      await expect(read(packed.subarray(0, length)), `${length} bytes, packed`).rejects.toThrow(
        /half-written/,
      );
  });

  it.each([
    "../one.json",
    "/one.json",
    "a/../../one.json",
    "./../one.json",
    "..\\one.json",
    "C:\\one.json",
    "..",
  ])("when a name is %s", async (name) => {
    await expect(read(withChecksum(ONE, { name, content: "{}" }))).rejects.toThrow(/points outside of it/);
  });

  it("when a file says that it has 200 MiB, before it is read", async () => {
    const bomb = tarOf([{ name: "bomb.json", size: 200 * 1024 * 1024 }]);
    await expect(read(bomb)).rejects.toThrow("bomb.json in it has 209715200 bytes");
    await expect(read(gzipSync(bomb))).rejects.toThrow("bomb.json in it has 209715200 bytes");
  });

  it.each([
    ["it is not there", (folder: string) => join(folder, "none"), /there is no such file/],
    ["it is a folder", (folder: string) => folder, /it is no file/],
  ])("when %s", async (_, place, message) => {
    await expect(readArchive(place(tempFolder()))).rejects.toThrow(message);
  });
});

describe("a single environment of an archive is refused", () => {
  const broken = async (environment: { env?: object; data?: string }): Promise<Archive> =>
    read(archiveOf({ envId: "bad", ...environment }, { envId: "good" }));

  it.each<[string, { env?: object; data?: string }, RegExp]>([
    ["for flags that are no JSON", { data: '{"flags":{' }, /not valid JSON/],
    ["for one flag without a version", { data: '{"flags":{"a":{"version":1},"b":{}}}' }, /no version/],
    ["for flags that are a list", { data: '{"flags":[]}' }, /flags/],
    ["for another id than its name", { env: envOf("other") }, /describes the environment other/],
    ["without a version", { env: envOf("bad", { version: undefined }) }, /env version|version/],
    ["without keys", { env: envOf("bad", { sdkKey: undefined }) }, /sdkKey/],
  ])("%s, and the others are not", async (_, environment, reason) => {
    const archive = await broken(environment);
    expect(idsOf(archive)).toEqual(["good"]);
    expect(archive.invalid).toEqual([{ envId: "bad", reason: expect.stringMatching(reason) }]);
  });

  it("without showing what is in it", async () => {
    const { invalid } = await broken({ env: envOf("bad", { sdkKey: "sdk-secret" }) });
    expect(JSON.stringify(invalid)).not.toContain("secret");
  });
});
