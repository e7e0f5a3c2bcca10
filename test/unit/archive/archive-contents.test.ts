import { expect, it } from "vitest";
import type { ArchivedEnvironment } from "../../../shared/archive/archive.ts";
import { archiveContents, type ServedEnvironments } from "../../../shared/archive/archive-contents.ts";
import { readRepresentation } from "../../../shared/environments/representation.ts";
import { parseItem } from "../../../shared/model/item.ts";
import { envOf } from "../../support/hand-made-archive.ts";

const DEFAULTS = {
  prefixOf: (id: string) => `p-${id}`,
  allowedOrigins: ["https://a"],
  allowedHeaders: ["x"],
};
const dataOf = (version: number) => ({
  flags: new Map([["f", parseItem(`{"version":${version}}`)]]),
  segments: new Map(),
});
function archived(
  envId: string,
  { dataId = "d1", flag = 1, ...env }: Record<string, unknown> = {},
): ArchivedEnvironment {
  return {
    representation: readRepresentation(envOf(envId, env)),
    dataId: String(dataId),
    data: dataOf(Number(flag)),
  };
}
const after = (before: ServedEnvironments, environments: ArchivedEnvironment[], invalid: string[] = []) =>
  archiveContents(
    before,
    { environments, invalid: invalid.map((envId) => ({ envId, reason: "bad" })) },
    DEFAULTS,
    1000,
  );
const first = after(new Map(), [
  archived("one", { defaultTtl: 2, secureMode: true }),
  archived("two"),
]).served;

it("serves each environment by its id, with the relay's own settings", () => {
  expect(first.get("one")?.environment).toEqual({
    id: "one",
    name: "one",
    credentials: { sdkKey: "sdk-one", mobileKey: "mob-one", envId: "one" },
    prefix: "p-one",
    ttlMs: 120_000,
    allowedOrigins: ["https://a"],
    allowedHeaders: ["x"],
    secureMode: true,
  });
});

it("leaves an environment alone while version and data id are the same", () => {
  const { served } = after(first, [archived("one", { flag: 2, secureMode: false }), archived("two")]);
  expect(served.get("one")).toBe(first.get("one"));
});

it("takes other flags with another data id, whatever the version", () => {
  const { served } = after(first, [archived("one", { flag: 2, dataId: "d2" })]);
  expect(served.get("one")?.data).toEqual(dataOf(2));
});

it.each([2, 0])(
  "takes keys and settings with version %i instead of 1, and keeps the flags of the same data id",
  (version) => {
    const { served } = after(first, [archived("one", { version, flag: 2, sdkKey: { value: "sdk-new" } })]);
    expect(served.get("one")?.environment.credentials.sdkKey).toBe("sdk-new");
    expect(served.get("one")?.data).toBe(first.get("one")?.data);
  },
);

it("forgets what is not there any more", () => {
  expect([...after(first, [archived("two")]).served.keys()]).toEqual(["two"]);
});

it("keeps an environment whose files cannot be read or whose keys contradict each other, and begins none so", () => {
  const malformed = archived("one", { version: 2, dataId: "d2", sdkKeys: [] });
  const { served, skipped } = after(first, [malformed, archived("new", { sdkKeys: [] })], ["two", "other"]);
  expect(served.get("one")).toBe(first.get("one"));
  expect(served.get("two")).toBe(first.get("two"));
  expect(served.size).toBe(2);
  expect(skipped.map(({ envId }) => envId)).toEqual(["two", "other", "one", "new"]);
});

it("applies, after a malformed version, the same version once it is right", () => {
  const { served } = after(first, [archived("one", { version: 2, sdkKeys: [] })]);
  const again = after(served, [archived("one", { version: 2, sdkKey: { value: "sdk-2" } })]).served;
  expect(again.get("one")?.environment.credentials.sdkKey).toBe("sdk-2");
});
