import { expect, it } from "vitest";
import { PollBodies } from "../../../services/edge/environments/poll-bodies.ts";
import { CompiledEnvironment } from "../../../services/edge/evaluation/compiled-environment.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../services/edge/evaluation/context/evaluation-context.ts";
import { putMessage } from "../../../services/edge/protocol/fdv1/flag-messages.ts";
import { type Change, type FlagData, NO_DATA, parseItem, withChanges } from "../../../shared/model/item.ts";

/** Edges with the same data, who learnt of them in another order. */

const rule = (values: string[], variation: number) => ({
  variation,
  clauses: [{ attribute: "country", op: "in", values, negate: false }],
});
const flag = (key: string, more: object = {}): Change => ({
  kind: "flags",
  key,
  item: parseItem(
    JSON.stringify({
      key,
      version: 1,
      on: true,
      variations: [key, 0],
      fallthrough: { variation: 0 },
      ...more,
    }),
  ),
});
const segment = (key: string): Change => ({
  kind: "segments",
  key,
  item: parseItem(JSON.stringify({ key, version: 1, included: ["ann"], excluded: [], rules: [] })),
});

const CHANGES: readonly Change[] = [
  ...["e", "a", "ü", "10", "9"].map((key) => flag(key)),
  ...["rule-b", "rule-a", "rule-c"].map((key) => flag(key, { rules: [rule(["no"], 1)] })),
  flag("other-rule", { rules: [rule(["no"], 1), rule(["de"], 0)] }),
  flag("needs", { prerequisites: [{ key: "a", variation: 0 }] }),
  flag("target", { targets: [{ values: ["bob"], variation: 1 }] }),
  flag("segment", {
    rules: [{ variation: 1, clauses: [{ attribute: "", op: "segmentMatch", values: ["s"] }] }],
  }),
  segment("t"),
  segment("s"),
];
const contexts = ["ann", "bob", "eve"].map(
  (key) => new EvaluationContext([new KindContext("user", key, false, { country: "no" })]),
);

interface Edge {
  readonly data: FlagData;
  readonly compiled: CompiledEnvironment;
}

/** One that started with nothing and heard of `changes` one by one, after `noise` that is gone. */
function listener(changes: readonly Change[], noise: readonly Change[] = []): Edge {
  let data = NO_DATA;
  let compiled = CompiledEnvironment.of(data);
  for (const change of [...noise, ...changes]) {
    data = withChanges(data, [change]);
    compiled = compiled.changed(data, [change]);
  }
  return { data, compiled };
}

/** One that started with a snapshot. */
function reader(changes: readonly Change[]): Edge {
  const data = withChanges(NO_DATA, changes);
  return { data, compiled: CompiledEnvironment.of(data) };
}

/** A flag that targeted somebody, again and again, and targets nobody any more. */
const noise = Array.from({ length: 1_010 }, () =>
  flag("e", { targets: [{ values: ["eve"], variation: 1 }] }),
);
const REVERSED = CHANGES.toReversed();
const others: [string, Edge][] = [
  ["that read them in another order", reader(REVERSED)],
  ["that heard of them one by one", listener(CHANGES)],
  ["that heard of them in another order", listener(REVERSED)],
  ["that has a long history", listener([...CHANGES, ...REVERSED], [...CHANGES, ...noise])],
];
const first = reader(CHANGES);

it.each(others)("polls and puts are alike, byte for byte, on an edge %s", (_, { data }) => {
  const [ours, theirs] = [new PollBodies(first.data), new PollBodies(data)];
  for (const body of ["all", "flags"] as const) {
    expect(theirs[body].etag).toBe(ours[body].etag);
    expect(Buffer.from(theirs[body].bytes).toString()).toBe(Buffer.from(ours[body].bytes).toString());
  }
  for (const view of ["all", "flags"] as const)
    expect(putMessage(view, data)).toBe(putMessage(view, first.data));
});

it.each(others)("results are alike, byte for byte, on an edge %s", (_, { compiled }) => {
  const [ours, theirs] = [first.compiled.view("server"), compiled.view("server")];
  expect(theirs.tag).toBe(ours.tag);
  for (const context of contexts)
    expect(theirs.results(context, true).toString()).toBe(ours.results(context, true).toString());
});

it("an item that is changed gives another tag", () => {
  const changed = withChanges(first.data, [flag("a", { version: 2 })]);
  expect(new PollBodies(changed).all.etag).not.toBe(new PollBodies(first.data).all.etag);
});
