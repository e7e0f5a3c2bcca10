import type { IncomingHttpHeaders } from "node:http";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import type { EventLog } from "../../../simulator/event-log.ts";
import { eventually } from "../../support/eventually.ts";
import type { Exchange, RecordingProxy } from "../../support/recording-proxy.ts";

/** All that an SDK says about its payload and itself; how it is compressed, and what concerns the connection, may differ. */
const KEPT_HEADERS = [
  "authorization",
  "content-type",
  "user-agent",
  "x-launchdarkly-user-agent",
  "x-launchdarkly-event-schema",
  "x-launchdarkly-payload-id",
  "x-launchdarkly-tags",
  "x-launchdarkly-wrapper",
  "x-launchdarkly-instance-id",
];

/** What must be the same on both sides of the relay. */
interface Post {
  readonly path: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Buffer;
}

/** Waits until an SDK has made POSTs of just these paths, and checks that each was answered 202 with the `Date`. */
export async function settledPosts(proxy: RecordingProxy, paths: readonly string[]): Promise<Exchange[]> {
  const posts = await eventually(`the SDK to have sent ${paths.join(" and ")}`, () => {
    const soFar = proxy.exchanges.filter(({ method }) => method === "POST");
    return (
      soFar
        .map(({ path }) => path)
        .sort()
        .join() === [...paths].sort().join() && soFar
    );
  });
  for (const { status, answerHeaders } of posts) {
    expect(status).toBe(202);
    expect(Math.abs(Date.parse(answerHeaders.date ?? "") - Date.now())).toBeLessThan(60_000);
  }
  return posts;
}

/** What an SDK has sent, in the order of {@link postsReceived}. */
export function postsSent(exchanges: readonly Exchange[]): Post[] {
  return exchanges
    .map(({ path, headers, body }) => ({ path, headers: kept(headers), body: inflated(headers, body) }))
    .sort(byBody);
}

/** What LaunchDarkly has taken, repetitions included, in the order of the bodies. */
export function postsReceived(events: EventLog): Post[] {
  return events.accepted
    .map(({ path, headers, rawBody }) => ({ path, headers: kept(headers), body: inflated(headers, rawBody) }))
    .sort(byBody);
}

/** The custom events that LaunchDarkly counts, by their keys: payloads may overtake each other. */
export function customEvents(events: EventLog) {
  return [...events.ofKind("custom")].sort((one, other) => (String(one.key) < String(other.key) ? -1 : 1));
}

/** That two tries of one payload came to `path`, the same bytes under the same id, so that its custom event counts once. */
export function expectCountedOnce(events: EventLog, path: string): void {
  const tries = postsReceived(events).filter((post) => post.path === path);
  expect(tries).toEqual([tries[0], tries[0]]);
  expect(events.ofKind("custom")).toHaveLength(1);
}

const byBody = (one: Post, other: Post) => Buffer.compare(one.body, other.body);

function inflated(headers: IncomingHttpHeaders, body: Buffer): Buffer {
  return headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}

function kept(headers: IncomingHttpHeaders): Post["headers"] {
  return Object.fromEntries(KEPT_HEADERS.map((name) => [name, headers[name]]));
}
