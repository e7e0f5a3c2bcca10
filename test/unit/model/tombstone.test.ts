import { expect, it } from "vitest";
import { parseItem } from "../../../shared/model/item.ts";
import { tombstone } from "../../../shared/model/tombstone.ts";

it.each(["flags", "segments"] as const)(
  "a tombstone among %s is a complete item that reads as deleted",
  (kind) => {
    const stone = tombstone(kind, 9);
    expect(parseItem(stone.raw)).toEqual(stone);
    expect(JSON.parse(stone.raw)).toMatchObject({
      key: "$deleted",
      version: 9,
      deleted: true,
      rules: [],
      salt: "",
    });
  },
);
