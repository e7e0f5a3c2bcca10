import { describe, expect, it } from "vitest";
import { CompiledEnvironment } from "../../../../../services/edge/evaluation/compiled-environment.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../../../services/edge/evaluation/context/evaluation-context.ts";
import { resultsDelta, resultsPut } from "../../../../../services/edge/protocol/fdv1/result-messages.ts";
import { type Change, NO_DATA, withChanges } from "../../../../../shared/model/item.ts";
import { tombstone } from "../../../../../shared/model/tombstone.ts";
import { clientFlag } from "../../../../support/client-flag.ts";

const asked = (user: string, withReasons = false) => ({
  context: new EvaluationContext([new KindContext("user", user, false, {})]),
  withReasons,
});
const state = (version: number, ...changes: Change[]) => ({
  view: CompiledEnvironment.of(withChanges(NO_DATA, changes), version).view("browser"),
  version,
});
const newsFor = (user: string, before: ReturnType<typeof state>, after: ReturnType<typeof state>): string =>
  resultsDelta(before.view, after, after.view.changedSince(before.view), asked(user));

describe("the results that a stream tells", () => {
  it("are at first all that the client sees", () => {
    const flags = state(5, clientFlag("a", 1, { value: 1 }), clientFlag("b", 1, { value: 1, hidden: true }));
    expect(`${resultsPut(flags, asked("ann"))}`).toBe(
      'event: put\ndata: {"a":{"value":1,"variation":0,"version":5,"flagVersion":1}}\n\n',
    );
    expect(`${resultsPut(flags, asked("ann", true))}`).toContain('"reason":{"kind":"FALLTHROUGH"}');
  });

  it("are later those that are new, different or gone, by the version of the environment", () => {
    const before = state(5, clientFlag("a", 1, { value: 1 }), clientFlag("b", 1, { value: 1 }));
    const after = state(6, clientFlag('c"', 1, { value: 1 }), clientFlag("b", 2, { value: 2 }), {
      kind: "flags",
      key: "a",
      item: tombstone("flags", 2),
    });
    expect(newsFor("ann", before, after).split("\n\n").sort()).toEqual([
      "",
      'event: delete\ndata: {"key":"a","version":6}',
      'event: patch\ndata: {"key":"b","value":2,"variation":0,"version":6,"flagVersion":2}',
      'event: patch\ndata: {"key":"c\\"","value":1,"variation":0,"version":6,"flagVersion":1}',
    ]);
  });

  it("are none where only the version of the environment is another", () => {
    const flag = clientFlag("a", 1, { value: 'a "text",\\"version":7,' });
    expect(newsFor("ann", state(5, flag), state(6, flag))).toBe("");
  });

  it("are told once more, rather than missed, where a value looks like an entry", () => {
    const flag = (size: number) => clientFlag("a", 1, { value: { size, version: size, flagVersion: 1 } });
    expect(newsFor("ann", state(5, flag(1)), state(6, flag(1)))).toMatch(/^event: patch\n/);
    expect(newsFor("ann", state(5, flag(1)), state(6, flag(2)))).toMatch(/^event: patch\n/);
  });

  it("are told to those whose value is another, and not to others", () => {
    const before = state(5, clientFlag("a", 1, { value: 1, values: { ann: "old" } }));
    const after = state(6, clientFlag("a", 1, { value: 1, values: { ann: "new" } }));
    expect(newsFor("ann", before, after)).toContain('"value":"new"');
    expect(newsFor("bob", before, after)).toBe("");
  });

  it("keep their line breaks, each line in a field of its own", () => {
    const flag = clientFlag("a", 1, { value: "V" });
    const broken = { ...flag, item: { ...flag.item, raw: flag.item.raw.replace('"V"', '{"x":\n1}') } };
    const lines = `${resultsPut(state(5, broken), asked("ann"))}`.trimEnd().split("\n");
    expect(lines.slice(1).every((line) => line.startsWith("data: "))).toBe(true);
    const json = lines.slice(1).map((line) => line.slice(6));
    expect(JSON.parse(json.join("\n"))).toMatchObject({ a: { value: { x: 1 } } });
  });
});
