import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FlagFacts, flagFacts } from "../../../../services/forwarder/summarise/flag-facts.ts";
import { readEvent } from "../../../../services/forwarder/summarise/input-event.ts";
import {
  flagsNeeded,
  type SummariseOptions,
  summarise,
} from "../../../../services/forwarder/summarise/summarise.ts";

const NOW = 1_700_000_000_000;
const NOBODY: SummariseOptions = { schema: 4, capacity: 1000, now: NOW, flags: new Map() };

interface Case {
  readonly what: string;
  readonly schema?: number;
  readonly flags?: Readonly<Record<string, string>>;
  readonly input: readonly string[];
  readonly output: readonly string[];
}

const AMY = '{"kind":"user","key":"amy"}';
const INDEX_AMY = `{"kind":"index","creationDate":1000,"context":${AMY}}`;

/** A summary of one flag. */
function summary(flag: string, counters: string, rest = '"default":null', kinds = '["user"]', end = 1000) {
  const features = `{"${flag}":{${rest},"counters":[${counters}],"contextKinds":${kinds}}}`;
  return `{"kind":"summary","startDate":1000,"endDate":${end},"features":${features}}`;
}

const CASES: readonly Case[] = [
  {
    what: "nothing makes nothing",
    input: [],
    output: [],
  },
  {
    what: "evaluations become one counter for each variation and version, and an index event for their context",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"variation":1,"value":"b","default":"d","context":${AMY},"trackEvents":false}`,
      `{"kind":"feature","creationDate":3000,"key":"f","version":7,"variation":1,"value":"b","default":"d","context":${AMY},"trackEvents":false}`,
      `{"kind":"feature","creationDate":2000,"key":"f","version":8,"variation":0,"value":"a","default":"d","context":${AMY},"trackEvents":false}`,
    ],
    output: [
      INDEX_AMY,
      summary(
        "f",
        '{"variation":1,"version":7,"value":"b","count":2},{"variation":0,"version":8,"value":"a","count":1}',
        '"default":"d"',
        '["user"]',
        3000,
      ),
    ],
  },
  {
    what: "an evaluation without a version is one of an unknown flag, which is not looked up",
    flags: { f: '{"trackEvents":true}' },
    input: [`{"kind":"feature","creationDate":1000,"key":"f","value":3,"default":3,"context":${AMY}}`],
    output: [INDEX_AMY, summary("f", '{"unknown":true,"value":3,"count":1}', '"default":3')],
  },
  {
    what: "a null is as good as absent",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":null,"variation":null,"value":null,"trackEvents":null,"context":${AMY},"user":null}`,
    ],
    output: [INDEX_AMY, summary("f", '{"unknown":true,"value":null,"count":1}')],
  },
  {
    what: "a tracked evaluation also goes on in full, with all that it says",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"variation":1,"value":{"a":1.0},"default":null,"context":${AMY},"trackEvents":true,"reason":{"kind":"FALLTHROUGH"},"prereqOf":"g","samplingRatio":10}`,
    ],
    output: [
      INDEX_AMY,
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"variation":1,"value":{"a":1.0},"default":null,"context":${AMY},"reason":{"kind":"FALLTHROUGH"},"prereqOf":"g","samplingRatio":10}`,
      summary("f", '{"variation":1,"version":7,"value":{"a":1.0},"count":1}'),
    ],
  },
  {
    what: "a debugged evaluation goes on as debug until the date, and not after",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":${AMY},"debugEventsUntilDate":${NOW + 1}}`,
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":${AMY},"debugEventsUntilDate":${NOW}}`,
    ],
    output: [
      INDEX_AMY,
      `{"kind":"debug","creationDate":1000,"key":"f","version":7,"value":1,"default":null,"context":${AMY}}`,
      summary("f", '{"version":7,"value":1,"count":2}'),
    ],
  },
  {
    what: "what the SDK does not say about tracking and debugging the flag says",
    flags: {
      tracked: '{"trackEvents":true,"variations":[1]}',
      debugged: `{"trackEvents":false,"debugEventsUntilDate":${NOW + 1}}`,
      gone: '{"trackEvents":true,"deleted":true}',
      damaged: '{"trackEvents":true',
    },
    input: ["tracked", "debugged", "gone", "damaged", "never"].map(
      (flag) =>
        `{"kind":"feature","creationDate":1000,"key":"${flag}","version":1,"value":1,"excludeFromSummaries":true,"context":${AMY}}`,
    ),
    output: [
      INDEX_AMY,
      `{"kind":"feature","creationDate":1000,"key":"tracked","version":1,"value":1,"default":null,"context":${AMY}}`,
      `{"kind":"debug","creationDate":1000,"key":"debugged","version":1,"value":1,"default":null,"context":${AMY}}`,
    ],
  },
  {
    what: "the SDK's word goes before the flag's",
    flags: { f: '{"trackEvents":true}' },
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":1,"value":1,"trackEvents":false,"context":${AMY}}`,
    ],
    output: [INDEX_AMY, summary("f", '{"version":1,"value":1,"count":1}')],
  },
  {
    what: "of the first schema the variation is found by its value",
    schema: 1,
    flags: { f: '{"variations":[true,{"b":1,"a":[2]},{"a":[2.0],"b":1}]}' },
    input: [
      '{"kind":"feature","creationDate":1000,"key":"f","version":1,"value":{"a":[2],"b":1},"user":{"key":"amy"}}',
      '{"kind":"feature","creationDate":1000,"key":"f","version":1,"value":"none of them","user":{"key":"amy"}}',
    ],
    output: [
      '{"kind":"index","creationDate":1000,"context":{"key":"amy"}}',
      summary(
        "f",
        '{"variation":1,"version":1,"value":{"a":[2],"b":1},"count":1},{"version":1,"value":"none of them","count":1}',
      ),
    ],
  },
  {
    what: "of later schemas it is not",
    schema: 2,
    flags: { f: '{"variations":[true]}' },
    input: [
      '{"kind":"feature","creationDate":1000,"key":"f","version":1,"value":true,"user":{"key":"amy"},"trackEvents":false}',
    ],
    output: [
      '{"kind":"index","creationDate":1000,"context":{"key":"amy"}}',
      summary("f", '{"version":1,"value":true,"count":1}'),
    ],
  },
  {
    what: "an evaluation that is excluded from summaries is not counted, but its context is described",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":${AMY},"excludeFromSummaries":true,"trackEvents":true}`,
    ],
    output: [
      INDEX_AMY,
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"default":null,"context":${AMY}}`,
    ],
  },
  {
    what: "the kinds of all contexts that got a flag are named once each",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":${AMY},"trackEvents":false}`,
      '{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":{"kind":"multi","user":{"key":"amy"},"org":{"key":"o"}},"trackEvents":false}',
    ],
    output: [
      INDEX_AMY,
      '{"kind":"index","creationDate":1000,"context":{"kind":"multi","user":{"key":"amy"},"org":{"key":"o"}}}',
      summary("f", '{"version":7,"value":1,"count":2}', undefined, '["user","org"]'),
    ],
  },
  {
    what: "what is private stays as the SDK took it out, and numbers keep their digits",
    input: [
      '{"kind":"custom","creationDate":1000,"key":"c","user":{"key":"amy", "n":12345678901234567890, "privateAttrs":["email"]},"data":{"x":1.0},"metricValue":1e2}',
    ],
    output: [
      '{"kind":"index","creationDate":1000,"context":{"key":"amy", "n":12345678901234567890, "privateAttrs":["email"]}}',
      '{"kind":"custom","creationDate":1000,"key":"c","contextKeys":{"user":"amy"},"data":{"x":1.0},"metricValue":1e2}',
    ],
  },
  {
    what: "custom events name their contexts by kind, and share the index event with evaluations",
    input: [
      '{"kind":"custom","creationDate":1000,"key":"c","context":{"kind":"multi","org":{"key":"o"},"__proto__":{"key":"p"}}}',
      '{"kind":"custom","creationDate":1001,"key":"c","context":{"kind":"multi","__proto__":{"key":"p"},"org":{"key":"o"}}}',
    ],
    output: [
      '{"kind":"index","creationDate":1000,"context":{"kind":"multi","org":{"key":"o"},"__proto__":{"key":"p"}}}',
      '{"kind":"custom","creationDate":1000,"key":"c","contextKeys":{"org":"o","__proto__":"p"}}',
      '{"kind":"custom","creationDate":1001,"key":"c","contextKeys":{"__proto__":"p","org":"o"}}',
    ],
  },
  {
    what: "an identify event describes its context, so no index event follows",
    input: [
      '{"kind":"identify","creationDate":1000,"key":"amy","user":{"key":"amy","name":"Amy"}}',
      `{"kind":"custom","creationDate":1001,"key":"c","context":${AMY}}`,
    ],
    output: [
      '{"kind":"identify","creationDate":1000,"context":{"key":"amy","name":"Amy"}}',
      '{"kind":"custom","creationDate":1001,"key":"c","contextKeys":{"user":"amy"}}',
    ],
  },
  {
    what: "other events go on as they are",
    input: ['{"kind":"alias", "key":"a"}', '{"kind":"anything","key":[true],"creationDate":"then"}'],
    output: ['{"kind":"alias", "key":"a"}', '{"kind":"anything","key":[true],"creationDate":"then"}'],
  },
  {
    what: "an evaluation of nobody, of no flag or of no time is left out",
    input: [
      '{"kind":"feature","creationDate":1000,"key":"f","value":1}',
      '{"kind":"feature","creationDate":1000,"key":"f","value":1,"context":{"kind":"user"}}',
      '{"kind":"feature","creationDate":1000,"key":"f","value":1,"context":"amy"}',
      `{"kind":"feature","creationDate":1000,"value":1,"context":${AMY}}`,
      `{"kind":"feature","creationDate":1e999,"key":"f","value":1,"context":${AMY}}`,
    ],
    output: [],
  },
  {
    what: "a ratio of one goes without saying",
    input: [
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"context":${AMY},"trackEvents":true,"excludeFromSummaries":true,"samplingRatio":1}`,
      `{"kind":"custom","creationDate":1000,"key":"c","context":${AMY},"samplingRatio":1.0}`,
      `{"kind":"custom","creationDate":1000,"key":"c","context":${AMY},"samplingRatio":2}`,
      `{"kind":"identify","creationDate":1000,"context":${AMY},"samplingRatio":1}`,
    ],
    output: [
      INDEX_AMY,
      `{"kind":"feature","creationDate":1000,"key":"f","version":7,"value":1,"default":null,"context":${AMY}}`,
      '{"kind":"custom","creationDate":1000,"key":"c","contextKeys":{"user":"amy"}}',
      '{"kind":"custom","creationDate":1000,"key":"c","contextKeys":{"user":"amy"},"samplingRatio":2}',
      `{"kind":"identify","creationDate":1000,"context":${AMY}}`,
    ],
  },
  {
    what: "a custom event may lack its key and its date, as with the Go relay, and a user of old may have an empty key",
    input: ['{"kind":"custom","user":{"key":""}}'],
    output: [
      '{"kind":"index","creationDate":0,"context":{"key":""}}',
      '{"kind":"custom","creationDate":0,"key":"","contextKeys":{"user":""}}',
    ],
  },
  {
    what: "a flag may be called anything",
    input: ["__proto__", 'a\\"b', "constructor"].map(
      (flag) =>
        `{"kind":"feature","creationDate":1000,"key":"${flag}","version":1,"value":1,"context":${AMY},"trackEvents":false}`,
    ),
    output: [
      INDEX_AMY,
      `{"kind":"summary","startDate":1000,"endDate":1000,"features":{${["__proto__", 'a\\"b', "constructor"]
        .map(
          (flag) =>
            `"${flag}":{"default":null,"counters":[{"version":1,"value":1,"count":1}],"contextKinds":["user"]}`,
        )
        .join(",")}}}`,
    ],
  },
];

const feature = (rest: string) =>
  `{"kind":"feature","creationDate":1000,"key":"f","version":1,"value":1,"trackEvents":false,${rest}}`;
const custom = (rest: string) => `{"kind":"custom","creationDate":1000,"key":"c",${rest}}`;
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;

/** None of these would the Go relay pass on, or a reader of JSON in Go take. */
const NO_EVENTS: readonly string[] = [
  ...["null", "true", "7", '"feature"', "[]", "[1]", "[{}]", "{}"],
  ...['{"kind":true}', '{"kind":null}', '{"kind":""}', '{"kind":{"kind":"custom"}}', '{"kind":["custom"]}'],
  ...['{"kind":"identify"}', '{"kind":"custom","key":"c"}', '{"kind":"custom","key":"c","userKey":"amy"}'],
  ...[
    ...[
      "null",
      '"amy"',
      "[]",
      "{}",
      '{"key":7}',
      '{"key":null}',
      '{"kind":"user"}',
      '{"kind":"user","key":""}',
    ],
    ...[
      '{"kind":"user","key":true}',
      '{"kind":7,"key":"k"}',
      '{"kind":null,"key":"k"}',
      '{"kind":"","key":"k"}',
    ],
    ...['{"kind":"kind","key":"k"}', '{"kind":"a b","key":"k"}', '{"kind":"multi"}'],
    ...['{"kind":"multi","user":"amy"}', '{"kind":"multi","user":{"key":"amy"},"org":{"key":1}}'],
  ].flatMap((context) => [feature(`"context":${context}`), custom(`"context":${context}`)]),
  feature(`"context":${AMY},"user":{"key":7}`),
  '{"kind":"identify","creationDate":1000,"user":{}}',
  ...['"now"', "true", "-1", "1.5", "1e30", "{}"].flatMap((date) => [
    `{"kind":"feature","creationDate":${date},"key":"f","value":1,"context":${AMY}}`,
    `{"kind":"custom","creationDate":${date},"key":"c","context":${AMY}}`,
    `{"kind":"identify","creationDate":${date},"context":${AMY}}`,
  ]),
  ...["7", "true", "{}", "[]"].flatMap((key) => [
    `{"kind":"feature","creationDate":1000,"key":${key},"value":1,"context":${AMY}}`,
    `{"kind":"custom","creationDate":1000,"key":${key},"context":${AMY}}`,
  ]),
  ...[
    ...['"version":"1"', '"variation":"a"', '"trackEvents":"yes"', '"debugEventsUntilDate":"tomorrow"'],
    ...['"reason":"OFF"', '"reason":[]', '"prereqOf":{}', '"samplingRatio":"1"', '"excludeFromSummaries":1'],
  ].map((field) => feature(`"context":${AMY},${field}`)),
  custom(`"context":${AMY},"metricValue":"12"`),
  ...["1e400", "-1e400", `1${"0".repeat(400)}`, `[{"a":1E+999}]`, nested(20_000)].flatMap((value) => [
    custom(`"context":${AMY},"data":${value}`),
    `{"kind":"other","data":${value}}`,
  ]),
];

function factsOf(flags: Readonly<Record<string, string>>): ReadonlyMap<string, FlagFacts> {
  return new Map(
    Object.entries(flags).flatMap(([key, json]) => {
      const facts = flagFacts(json);
      return facts === undefined ? [] : [[key, facts] as const];
    }),
  );
}

describe("summarising", () => {
  it.each(CASES)("$what", ({ schema = 4, flags = {}, input, output }) => {
    const options = { ...NOBODY, schema, flags: factsOf(flags) };
    expect(summarise(input.map(readEvent), options)).toEqual(output);
  });

  it.each(NO_EVENTS.map((text) => ({ text, start: text.slice(0, 120) })))("leaves out $start", ({ text }) => {
    const good = custom(`"context":${AMY},"data":[1e300,${nested(900)}]`);
    const output = summarise([good, text, good].map(readEvent), NOBODY);
    expect(output).toEqual(summarise([good, good].map(readEvent), NOBODY));
    expect(output).toHaveLength(3);
    expect(readEvent(text).kind).toBe("unusable");
  });

  it("describes a context again when more came in between than it remembers, and loses none", () => {
    const event = (key: string) => `{"kind":"custom","creationDate":1,"key":"c","context":{"key":"${key}"}}`;
    const events = ["a", "b", "a", "c", "b", "a"].map(event).map(readEvent);
    const described = (capacity: number) =>
      summarise(events, { ...NOBODY, capacity }).flatMap((text) => {
        const { kind, context } = JSON.parse(text);
        return kind === "index" ? [context.key] : [];
      });
    expect(described(3)).toEqual(["a", "b", "c"]);
    expect(described(2)).toEqual(["a", "b", "c", "b", "a"]);
  });

  it("asks only for flags that say what the SDK has not said", () => {
    const evaluation = (key: string, rest: string) =>
      readEvent(`{"kind":"feature","creationDate":1,"key":"${key}","context":${AMY},"value":1${rest}}`);
    const events = [
      evaluation("silent", ',"version":1,"variation":0'),
      evaluation("tracked", ',"version":1,"variation":0,"trackEvents":false'),
      evaluation("debugged", ',"version":1,"variation":0,"debugEventsUntilDate":5'),
      evaluation("no variation", ',"version":1,"trackEvents":true'),
      evaluation("unknown", ""),
      readEvent('{"kind":"alias","key":"other"}'),
    ];
    expect([...flagsNeeded(events, 4)]).toEqual(["silent"]);
    expect([...flagsNeeded(events, 1)]).toEqual(["silent", "no variation"]);
  });

  it("counts every evaluation once, whatever else there is, and makes valid JSON", () => {
    const evaluation = fc.record({
      kind: fc.constant("feature"),
      creationDate: fc.integer({ min: 1, max: 10 }),
      key: fc.constantFrom("f", "g", "__proto__", "1"),
      version: fc.option(fc.integer({ min: 1, max: 3 })),
      variation: fc.option(fc.integer({ min: 0, max: 2 })),
      value: fc.jsonValue(),
      default: fc.jsonValue(),
      context: fc.record({ kind: fc.constantFrom("user", "org"), key: fc.string({ minLength: 1 }) }),
      trackEvents: fc.option(fc.boolean()),
    });
    const other = fc.record({ kind: fc.constantFrom("custom", "identify", "alias"), key: fc.string() });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(evaluation, other)),
        fc.integer({ min: 1, max: 3 }),
        (events, capacity) => {
          const texts = events.map((event) => JSON.stringify(event));
          const output = JSON.parse(
            `[${summarise(texts.map(readEvent), { ...NOBODY, capacity }).join(",")}]`,
          );
          expect(countsIn(output)).toEqual(expectedCounts(events));
        },
      ),
    );
  });
});

interface Evaluation {
  readonly kind: string;
  readonly key: string;
  readonly version?: number | null;
  readonly variation?: number | null;
}

function expectedCounts(events: readonly Evaluation[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { kind, key, version, variation } of events) {
    if (kind !== "feature") continue;
    const which = `${key}/${version ?? "unknown"}/${variation ?? ""}`;
    counts.set(which, (counts.get(which) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

interface Counter {
  readonly version?: number;
  readonly unknown?: boolean;
  readonly variation?: number;
  readonly count: number;
}

function countsIn(output: readonly { kind: string; features?: object }[]): Record<string, number> {
  const counts: [string, number][] = [];
  for (const { kind, features } of output) {
    if (kind !== "summary") continue;
    for (const [key, { counters }] of Object.entries<{ counters: Counter[] }>({ ...features }))
      for (const { version, unknown, variation, count } of counters) {
        expect(unknown === true).toBe(version === undefined);
        counts.push([`${key}/${version ?? "unknown"}/${variation ?? ""}`, count]);
      }
  }
  return Object.fromEntries(counts);
}
