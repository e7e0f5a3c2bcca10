import { describe, expect, it } from "vitest";
import { agreesWith, type Base, baseOf, neededWrite } from "../../../../services/ingestor/leadership/base.ts";
import { ContentWalk } from "../../../../services/ingestor/leadership/content-walk.ts";
import type { Snapshot } from "../../../../shared/bus/environment-store.ts";
import { type Claim, encodeClaim } from "../../../../shared/model/claim.ts";
import { sumOf } from "../../../../shared/model/content-sum.ts";
import { type FlagData, NO_DATA, parseItem } from "../../../../shared/model/item.ts";
import { tombstone } from "../../../../shared/model/tombstone.ts";

const MINE: Claim = { name: "shop", fingerprints: ["a1"], envId: "id" };
const flags = (versions: Readonly<Record<string, number>>): FlagData => ({
  ...NO_DATA,
  flags: new Map(
    Object.entries(versions).map(([key, version]) => [key, parseItem(`{"version":${version}}`)]),
  ),
});
const HEARD = flags({ a: 1, b: 1 });
const WHOLE: Snapshot = {
  data: HEARD,
  inited: true,
  position: { offset: 4, stamp: "s" },
  receivedAtMs: 0,
  seenAt: 1,
  upstream: undefined,
  claim: encodeClaim(MINE),
  sum: sumOf(HEARD),
};
const writeUpon = (change: Partial<Snapshot>, heard = HEARD, claim = MINE) =>
  neededWrite(baseOf({ ...WHOLE, ...change }), heard, claim);

describe("a write", () => {
  it("is not needed upon what is whole, and says a change of upstream's as patches", () => {
    expect(writeUpon({})).toBe(undefined);
    expect(writeUpon({}, flags({ a: 2, b: 1 }))).toMatchObject({ asPatches: true, changes: [{ key: "a" }] });
  });

  it.each<[string, Partial<Snapshot>]>([
    ["an item is missing", { data: flags({ a: 1 }) }],
    ["an item is other than it was written", { data: flags({ a: 1, b: 0 }) }],
    [
      "a tombstone is missing",
      { sum: sumOf({ ...NO_DATA, flags: new Map(HEARD.flags).set("c", tombstone("flags", 3)) }) },
    ],
    ["the sum is missing", { sum: undefined }],
    ["an earlier version has written", { sum: "outdated" }],
    ["the claim is missing", { claim: undefined }],
  ])("is needed where %s, and announced without content whatever else is written", (_, damage) => {
    expect(writeUpon(damage)).toMatchObject({ asPatches: false, sum: sumOf(HEARD), claim: MINE });
    expect(writeUpon(damage, flags({ a: 2, b: 1 }))).toMatchObject({ asPatches: false });
  });

  it("is needed where the data are not marked as complete, or the claim says too little", () => {
    expect(writeUpon({ inited: false })).toMatchObject({ changes: [] });
    expect(writeUpon({}, HEARD, { ...MINE, fingerprints: ["a1", "b2"] })).toMatchObject({ changes: [] });
  });

  it("keeps the id of a claim that the writer does not know", () => {
    const claim: Claim = { name: "shop", fingerprints: ["a1"] };
    expect(writeUpon({}, HEARD, claim)).toBe(undefined);
    expect(writeUpon({ inited: false }, HEARD, claim)?.claim).toEqual(MINE);
  });
});

it("a renewal agrees only with lengths, mark, sum, position and claim as they are remembered", () => {
  const base = baseOf(WHOLE);
  const { position, claim, sum, inited } = WHOLE;
  const outline = { position, claim, sum, inited, lengths: { flags: 2, segments: 0 } };
  expect(agreesWith(base, outline)).toBe(true);
  for (const other of [
    { lengths: { flags: 1, segments: 0 } },
    { inited: false },
    { sum: undefined },
    { claim: undefined },
    { position: { offset: 4, stamp: "t" } },
  ])
    expect(agreesWith(base, { ...outline, ...other })).toBe(false);
});

describe("a walk", () => {
  const walkOver = async (held: Readonly<Record<string, string>>, base: Base): Promise<boolean> => {
    const walk = new ContentWalk(
      {
        scan: async (kind) => ({
          texts: new Map(kind === "flags" ? Object.entries(held) : []),
          next: undefined,
        }),
      },
      1000,
    );
    walk.restart(base, 0);
    return (await walk.step(base, 0)) && (await walk.step(base, 0));
  };

  it("notices an item that is other or that nobody has written", async () => {
    const base = baseOf(WHOLE);
    const held = { a: '{"version":1}', b: '{"version":1}' };
    expect(await walkOver(held, base)).toBe(true);
    expect(await walkOver({ ...held, b: '{"version":0}' }, base)).toBe(false);
    expect(await walkOver({ ...held, c: '{"version":1}' }, base)).toBe(false);
  });

  it("spreads its slices over its whole time", () => {
    const many = flags(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`flag-${index}`, 1])));
    const walk = new ContentWalk({ scan: () => Promise.reject(new Error("not expected")) }, 11_000);
    walk.restart(baseOf({ ...WHOLE, data: many }), 5);
    expect(walk.dueAt).toBe(1005);
  });
});
