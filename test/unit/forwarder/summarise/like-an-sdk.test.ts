import {
  ClientContext,
  Context,
  internal,
  type LDContext,
  type LDEvaluationReason,
  type platform,
  ServiceEndpoints,
} from "@launchdarkly/node-server-sdk";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readEvent } from "../../../../services/forwarder/summarise/input-event.ts";
import { summarise } from "../../../../services/forwarder/summarise/summarise.ts";

const NOW = Date.now();
const FAR = 86_400_000;

/** An evaluation, or what else happened, as an SDK that does not summarise says it. */
type Happening = (
  | {
      readonly kind: "feature";
      readonly key: string;
      readonly value: unknown;
      readonly default: unknown;
      readonly version?: number;
      readonly variation?: number;
      readonly trackEvents?: boolean;
      readonly debugEventsUntilDate?: number;
      readonly prereqOf?: string;
      readonly reason?: LDEvaluationReason;
      readonly excludeFromSummaries?: boolean;
    }
  | { readonly kind: "custom"; readonly key: string; readonly data?: unknown; readonly metricValue?: number }
  | { readonly kind: "identify" }
) & { readonly creationDate: number; readonly context: LDContext };

const person = fc.record({ key: fc.constantFrom("amy", "bob"), name: fc.string() });
const context: fc.Arbitrary<LDContext> = fc.oneof(
  person.map((one) => ({ kind: "user", ...one })),
  person.map((one) => ({ kind: "org", ...one })),
  fc.tuple(person, person).map(([user, org]) => ({ kind: "multi" as const, user, org })),
);
const always = { creationDate: fc.integer({ min: 1, max: NOW }), context };
const happening = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record(
      {
        ...always,
        kind: fc.constant("feature"),
        key: fc.constantFrom("f", "g"),
        value: fc.jsonValue({ maxDepth: 1 }),
        default: fc.jsonValue({ maxDepth: 1 }),
        version: fc.integer({ min: 0, max: 1 }),
        variation: fc.integer({ min: 0, max: 2 }),
        trackEvents: fc.boolean(),
        debugEventsUntilDate: fc.constantFrom(NOW - FAR, NOW + FAR),
        prereqOf: fc.constant("h"),
        reason: fc.constant({ kind: "FALLTHROUGH" }),
        excludeFromSummaries: fc.boolean(),
      },
      { requiredKeys: ["kind", "creationDate", "context", "key", "value", "default"] },
    ),
  },
  fc.record(
    {
      ...always,
      kind: fc.constant("custom"),
      key: fc.constant("bought"),
      data: fc.jsonValue({ maxDepth: 1 }).filter((data) => data !== null),
      metricValue: fc.double({ noNaN: true, noDefaultInfinity: true }),
    },
    { requiredKeys: ["kind", "creationDate", "context", "key"] },
  ),
  fc.record({ ...always, kind: fc.constant("identify") }),
) as fc.Arbitrary<Happening>;

it("summarises as LaunchDarkly's own SDK for Node would have", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 12 }), async (happenings) => {
      const inputs = happenings.map((one) => readEvent(JSON.stringify(one)));
      const ours = summarise(inputs, { schema: 4, capacity: 1000, now: NOW, flags: new Map() });
      expect(ours.map((text) => JSON.parse(text))).toEqual(await summarisedBySdk(happenings));
    }),
    { numRuns: 300 },
  );
});

interface OutputEvent {
  readonly kind: string;
  readonly context?: LDContext;
}

/** The events that the SDK posts for these, except that custom events name their context, as the Go relay's do. */
async function summarisedBySdk(happenings: readonly Happening[]): Promise<object[]> {
  const posted: OutputEvent[] = [];
  const processor = new internal.EventProcessor(
    {
      ...{ allAttributesPrivate: false, privateAttributes: [], eventsCapacity: 1000 },
      ...{ flushInterval: 1, diagnosticRecordingInterval: 1 },
    },
    new ClientContext("sdk-key", { serviceEndpoints: new ServiceEndpoints("", "", "http://events") }, {
      crypto: { randomUUID: () => "id" },
      requests: {
        fetch: async (_url: string, { body = "" }: { readonly body?: string } = {}) => {
          posted.push(...(JSON.parse(body) as OutputEvent[]));
          return { status: 202, headers: new Headers() };
        },
      },
    } as unknown as platform.Platform),
    {},
    new Deduplicator(),
    undefined,
    false,
  );
  for (const one of happenings)
    processor.sendEvent(Object.assign(asInput(one), { creationDate: one.creationDate }));
  await processor.flush();
  return posted.map((event) => {
    if (event.kind !== "custom") return event;
    const { context: named, ...rest } = event;
    return { ...rest, contextKeys: Context.fromLDContext(named as LDContext).kindsAndKeys };
  });
}

/** Remembers every context. */
class Deduplicator {
  readonly #known = new Set<string>();

  processContext({ canonicalKey }: Context): boolean {
    return this.#known.size < this.#known.add(canonicalKey).size;
  }

  flush(): void {
    this.#known.clear();
  }
}

function asInput(one: Happening): Parameters<internal.EventProcessor["sendEvent"]>[0] {
  const about = Context.fromLDContext(one.context);
  switch (one.kind) {
    case "feature":
      return new internal.InputEvalEvent(
        true,
        about,
        one.key,
        one.value,
        one.default,
        one.version,
        one.variation,
        one.trackEvents,
        one.prereqOf,
        one.reason,
        one.debugEventsUntilDate,
        one.excludeFromSummaries,
      );
    case "custom":
      return new internal.InputCustomEvent(about, one.key, one.data, one.metricValue);
    case "identify":
      return new internal.InputIdentifyEvent(about);
  }
}
