import { afterAll, expect, it } from "vitest";
import { flag } from "../../simulator/content.ts";
import type { EventLog, EventPost } from "../../simulator/event-log.ts";
import { Deployment } from "../support/deployment.ts";
import { eventually } from "../support/eventually.ts";
import { ask } from "../support/http.ts";
import { leaks } from "../support/leaks.ts";
import { QueueClient } from "../support/queue-client.ts";
import { type RelayOptions, type RelayProcess, startRelay, stopAll } from "../support/relay-process.ts";

const SDK_KEY = "sdk-php-0123456789";
const IN_AN_HOUR = Date.now() + 3_600_000;
const FLAGS = [
  flag("plain"),
  flag("tracked", { trackEvents: true, variations: ["a", "b"], version: 7 }),
  flag("debugged", { debugEventsUntilDate: IN_AN_HOUR, variations: [1.5, 2] }),
];
const PEOPLE = 7;
/** A lock runs out after ten seconds, and only then another forwarder takes what a dead one held. */
const PATIENCE = { timeoutMs: 60_000 };

afterAll(stopAll);

it("counts what PHP evaluates once, over two edges, though a forwarder dies with a payload on its way", async () => {
  await using deployment = await Deployment.open(`
    [Events]
    flushInterval = 200ms
    retryMaxDelay = 100ms
    [Environment "Shop"]
    sdkKey = ${SDK_KEY}`);
  deployment.ld.environment(SDK_KEY).set(...FLAGS);
  const start = async (role: NonNullable<RelayOptions["role"]>): Promise<RelayProcess> => {
    const relay = await startRelay({ role, config: (ports) => deployment.config(ports) });
    await relay.waitUntilReady(PATIENCE);
    return relay;
  };
  await using ingestor = await start("ingestor");
  await using edge = await start("edge");
  await using otherEdge = await start("edge");
  const edges = [edge, otherEdge];
  for (const { url } of edges) await eventually("an edge to have data", () => latestFlag(url, "plain"));
  const sent: PhpEvent[] = [];
  const visit = async (number: number): Promise<void> => {
    sent.push(...(await visitPage(edges[number % edges.length]?.url ?? "", number)));
  };

  // LaunchDarkly takes the first forwarder's first payload, and the forwarder does not live to learn of it.
  const silence = deployment.ld.faults.add({
    on: "events",
    times: 1,
    reaction: { kind: "lose answer" },
    delayMs: 15_000,
  });
  await using first = await start("forwarder");
  for (let number = 0; number < 10; number += 1) await visit(number);
  await eventually("a payload without an answer", () => silence.met === 1);
  await using second = await start("forwarder");
  for (let number = 10; number < 20; number += 1) await visit(number);
  const killed = first.kill();
  for (let number = 20; number < 40; number += 1) await visit(number);
  await killed;

  const { events } = deployment.ld;
  await using queue = await QueueClient.connect(deployment.redis.port, "launchdarkly", SDK_KEY);
  await eventually("the queue to be empty", () => queue.isEmpty(), PATIENCE);
  expect(triesByPayload(events).some((tries) => tries > 1)).toBe(true);
  expect(countsIn(events)).toEqual(countsOf(sent));
  expect(pagesIn(events)).toEqual(Array.from({ length: 40 }, (_, number) => number));
  expect(await queue.deadLetters.count()).toBe(0);
  expect(events.ofKind("feature").map(({ key }) => key)).toEqual(ofFlag(sent, "tracked"));
  expect(events.ofKind("debug").map(({ key }) => key)).toEqual(ofFlag(sent, "debugged"));
  const described = events.counted.map(describedIn);
  for (const keys of described) expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(described.flat()).size).toBe(PEOPLE);
  for (const { path, headers } of events.attempts) {
    expect(path).toBe("/bulk");
    expect(headers).toMatchObject({
      authorization: SDK_KEY,
      "x-launchdarkly-event-schema": "4",
      "x-launchdarkly-payload-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "x-launchdarkly-tags": "application-id/shop",
    });
    expect(headers).not.toHaveProperty("x-launchdarkly-unsummarized");
  }
  const output = [ingestor, edge, otherEdge, first, second].flatMap((relay) => relay.output);
  expect(leaks(output, [SDK_KEY], ["person-1", "Person 1"])).toEqual([]);
});

/** An event as PHP's SDK sends it. */
interface PhpEvent {
  readonly kind: "feature" | "custom";
  readonly key: string;
  readonly variation?: number;
  readonly version?: number;
  readonly [property: string]: unknown;
}

interface Flag {
  readonly version: number;
  readonly variations: readonly unknown[];
  readonly trackEvents?: boolean;
  readonly debugEventsUntilDate?: number | null;
}

async function latestFlag(url: string, key: string): Promise<Flag | undefined> {
  const { status, body } = await ask(url, `/sdk/flags/${key}`, { headers: { Authorization: SDK_KEY } });
  return status === 200 ? (JSON.parse(body) as Flag) : undefined;
}

/**
 * One page of an application in PHP: it asks for the flags it needs, and at its end sends what happened. Every fifth
 * has an SDK of before there were contexts.
 */
async function visitPage(url: string, number: number): Promise<PhpEvent[]> {
  const person = { key: `person-${number % PEOPLE}`, name: `Person ${number % PEOPLE}` };
  const old = number % 5 === 4;
  const who = old ? { user: person } : { context: { kind: "user", ...person } };
  const events: PhpEvent[] = [];
  for (const { key } of [...FLAGS, { key: "no-such-flag" }])
    for (let times = 0; times <= number % 3; times += 1) {
      const known = await latestFlag(url, key);
      events.push(evaluation(key, (number + times) % 2, who, known));
    }
  events.push({ kind: "custom", key: "page", creationDate: Date.now(), ...who, data: { number } });
  const { status } = await ask(url, "/bulk", {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      Authorization: SDK_KEY,
      "User-Agent": "PHPClient/6.4.0",
      ...(old
        ? { "X-LaunchDarkly-Event-Schema": "2" }
        : { "X-LaunchDarkly-Event-Schema": "4", "X-LaunchDarkly-Unsummarized": "true" }),
      "X-LaunchDarkly-Tags": "application-id/shop",
    },
    body: JSON.stringify(events),
  });
  expect(status).toBe(202);
  return events;
}

/** PHP names what concerns the tracking of a flag only where there is something to say. */
function evaluation(key: string, variation: number, who: object, known: Flag | undefined): PhpEvent {
  const base = { kind: "feature", creationDate: Date.now(), key, ...who, default: null } as const;
  if (known === undefined) return { ...base, value: null };
  const { version, variations, trackEvents, debugEventsUntilDate } = known;
  return {
    ...{ ...base, version, variation, value: variations[variation] },
    ...(trackEvents && { trackEvents }),
    ...(debugEventsUntilDate && { debugEventsUntilDate }),
  };
}

const ofFlag = (sent: readonly PhpEvent[], flagKey: string): string[] =>
  sent.flatMap(({ kind, key }) => (kind === "feature" && key === flagKey ? [key] : []));

const counterName = (flagKey: string, { variation, version }: Pick<PhpEvent, "variation" | "version">) =>
  `${flagKey}, variation ${variation}, version ${version}`;

/** How often each variation of each version of each flag was given. */
function countsOf(sent: readonly PhpEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of sent.filter(({ kind }) => kind === "feature")) {
    const name = counterName(event.key, event);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

interface Counter {
  readonly variation?: number;
  readonly version?: number;
  readonly count: number;
}

/** The same, as the summaries that LaunchDarkly counts have it. */
function countsIn(events: EventLog): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { features } of events.ofKind("summary"))
    for (const [key, { counters }] of Object.entries(
      features as Record<string, { readonly counters: readonly Counter[] }>,
    ))
      for (const counter of counters) {
        const name = counterName(key, counter);
        counts[name] = (counts[name] ?? 0) + counter.count;
      }
  return counts;
}

/** The numbers of the pages whose own event has arrived, in their order. */
const pagesIn = (events: EventLog): number[] =>
  events
    .ofKind("custom")
    .map(({ data }) => (data as { readonly number: number }).number)
    .sort((one, other) => one - other);

/** The keys of all contexts that a payload describes. */
function describedIn(post: EventPost): string[] {
  const events = post.json() as readonly {
    readonly kind: string;
    readonly context: { readonly key: string };
  }[];
  return events.filter(({ kind }) => kind === "index").map(({ context }) => context.key);
}

/** How often each payload was posted. Fails if one came with two bodies. */
function triesByPayload(events: EventLog): number[] {
  const tries = new Map<string, Buffer[]>();
  for (const { headers, rawBody } of events.attempts) {
    const id = String(headers["x-launchdarkly-payload-id"]);
    tries.set(id, [...(tries.get(id) ?? []), rawBody]);
  }
  for (const bodies of tries.values()) for (const body of bodies) expect(body).toEqual(bodies[0]);
  return [...tries.values()].map(({ length }) => length);
}
