import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { CompiledEnvironment } from "../../../../services/edge/evaluation/compiled-environment.ts";
import {
  EvaluationContext,
  KindContext,
} from "../../../../services/edge/evaluation/context/evaluation-context.ts";
import { InvalidContext } from "../../../../services/edge/evaluation/context/invalid-context.ts";
import { parseContext } from "../../../../services/edge/evaluation/context/parse-context.ts";
import { SeededRandom } from "../../../support/bus-world/seeded-random.ts";
import { flagDataOf } from "../../../support/evaluation/our-results.ts";
import { RandomEnvironments } from "../../../support/evaluation/random-environment.ts";

const ENVIRONMENTS = Array.from({ length: 10 }, (_, seed) =>
  CompiledEnvironment.of(flagDataOf(new RandomEnvironments(new SeededRandom(seed), "go").next())),
);

/** Names and values as JSON texts, because some of them have no other form. */
const NAMES = [
  ...["kind", "key", "name", "anonymous", "_meta", "custom", "secondary", "privateAttributes", "user", "org"],
  ...["email", "age", "tags", "joined", "version", "mixed", "address", "city", "geo", "beta"],
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "length", "", "0", "a b"],
].map((name) => JSON.stringify(name));
const SCALARS = [
  ...["null", "true", "false", '"user"', '"multi"', '"org"', '"ann"', '""', '"kind"', "0", "-0", "17"],
  ...["1e308", "1e309", "-1e999", "5e-324", "9223372036854775808", "0.1e-400", "1".repeat(400)],
  ...['"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u2028"', '"😀"', `"${"x".repeat(5000)}"`],
  ...['"2020-01-01T00:00:00Z"', '"9999-99-99T99:99:99Z"', '"1.0.0"', `"1.${"0".repeat(500)}"`],
];

const { value } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: "medium", withCrossShrink: true },
    fc.constantFrom(...SCALARS),
    tie("object"),
    tie("array"),
  ),
  object: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), tie("value")), { maxLength: 8 })
    .map((members) => `{${members.map(([name, member]) => `${name}:${member}`)}}`),
  array: fc.array(tie("value"), { maxLength: 6 }).map((elements) => `[${elements}]`),
}));

/** What could be a context, so that more than its begin is looked at. */
const contextLike = fc
  .tuple(
    fc.constantFrom('"key":"ann",', '"kind":"user","key":"ann",', '"kind":"multi","user":{"key":"ann"},', ""),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { minLength: 1, maxLength: 10 }),
  )
  .map(([begin, members]) => `{${begin}${members.map(([name, member]) => `${name}:${member}`)}}`);

/** The results for a text from a client; `undefined` if it is no context. */
function evaluated(text: string): string[] | undefined {
  let context: EvaluationContext;
  try {
    context = parseContext(text);
  } catch (error) {
    if (error instanceof InvalidContext) return undefined;
    throw error;
  }
  return ENVIRONMENTS.map((environment) => environment.view("server").results(context, true).toString());
}

function expectObjects(texts: readonly string[] = []): void {
  for (const text of texts) expect(typeof JSON.parse(text)).toBe("object");
}

describe("a context from outside", { timeout: 300_000 }, () => {
  it("is refused, or there are results, whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(value, contextLike, fc.string(), fc.json()), (text) =>
        expectObjects(evaluated(text)),
      ),
      {
        numRuns: 3000,
      },
    );
  });

  it.each([
    ["lists", "[", "]", true],
    ["objects", '{"address":', "}", true],
    ["numbers that are too large in lists", "[1e999,", "]", false],
  ])("may nest %s as deep as it likes", (_what, open, close, isContext) => {
    const nested = `${open.repeat(200_000)}1${close.repeat(200_000)}`;
    expect(evaluated(nested)).toBeUndefined();
    const results = evaluated(`{"kind":"user","key":"ann","mixed":${nested},"address":${nested}}`);
    expect(results !== undefined).toBe(isContext);
    expectObjects(results);
  });

  it("may have attributes without number, but only so many kinds", () => {
    const many = Array.from({ length: 100_000 }, (_, index) => `"a${index}":{"key":"ann"}`);
    expectObjects(evaluated(`{"kind":"user","key":"ann",${many}}`));
    expectObjects(evaluated(`{"kind":"multi",${many.slice(0, 100)}}`));
    expect(evaluated(`{"kind":"multi",${many.slice(0, 101)}}`)).toBeUndefined();
  });

  it("leaves what all objects have as it is", () => {
    evaluated(
      '{"kind":"user","key":"ann","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    evaluated('{"key":"ann","custom":{"__proto__":{"polluted":1}}}');
    expect(Object.hasOwn(Object.prototype, "polluted") || "polluted" in {}).toBe(false);
  });
});

describe("the steps of an evaluation", () => {
  /** Each of them refers to the next twice: there are a million ways to the last. */
  const LEVELS = 20;
  const next = (name: string, level: number) =>
    level < LEVELS ? [`${name}-${level + 1}`, `${name}-${level + 1}`] : [];
  const asked = { attribute: "email", op: "in", values: ["ann"], negate: true };

  const levels = Array.from({ length: LEVELS + 1 }, (_, level) => level);
  const flags = levels.map((level) => ({
    key: `flag-${level}`,
    version: 1,
    on: true,
    variations: [true],
    prerequisites: next("flag", level).map((key) => ({ key, variation: 0 })),
    rules: [{ clauses: [{ op: "segmentMatch", values: ["segment-0"] }, asked], variation: 0 }],
    fallthrough: { variation: 0 },
  }));
  const segments = levels.map((level) => ({
    key: `segment-${level}`,
    version: 1,
    rules: [
      {
        clauses: [
          asked,
          ...next("segment", level).map((key) => ({ op: "segmentMatch", values: [key], negate: true })),
        ],
      },
      { clauses: next("segment", level).map((key) => ({ op: "segmentMatch", values: [key] })) },
    ],
  }));
  const keyed = <Item extends { key: string }>(items: readonly Item[]) =>
    new Map(items.map((item) => [item.key, item]));
  const view = CompiledEnvironment.of(flagDataOf({ flags: keyed(flags), segments: keyed(segments) })).view(
    "server",
  );

  it.each([
    ["a small context", '{"kind":"user","key":"ann","email":"bob"}'],
    ["a context without the attribute", '{"kind":"user","key":"ann"}'],
    ["a list of a hundred thousand", `{"kind":"user","key":"ann","email":[${Array(100_000).fill('"x"')}]}`],
    [
      "a context of a hundred kinds",
      `{"kind":"multi",${Array.from({ length: 100 }, (_, i) => `"k${i}":{"key":"a"}`)}}`,
    ],
  ])("are at most one an attribute that is asked for: %s", (_what, text) => {
    const context = parseContext(text);
    const reads = vi.spyOn(KindContext.prototype, "attribute");
    const lookups = vi.spyOn(EvaluationContext.prototype, "ofKind");
    const results = JSON.parse(view.results(context, false).toString());
    expect(Object.keys(results)).toHaveLength(flags.length);
    const clauses = flags.length + segments.length;
    expect(reads.mock.calls.length).toBeLessThanOrEqual(clauses);
    expect(lookups.mock.calls.length).toBeLessThanOrEqual(clauses);
    vi.restoreAllMocks();
  });
});
