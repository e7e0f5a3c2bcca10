import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { analytics } from "../../test/support/queue-client.ts";

/** One POST of the load. */
export interface LoadPost {
  readonly path: string;
  /** Of the credential that signs in; absent where it stands in the path. */
  readonly authorization?: string;
}

/** When a payload was sent, and when it was answered with 202, in milliseconds of `performance.now()`. */
export interface SentPayload {
  readonly sentAt: number;
  readonly acceptedAt: number;
}

/**
 * Sends `ticks` times one payload to each of `posts`, at a steady pace whatever the answers take. Resolves with those of
 * the first post, by their ids; rejects if any is refused.
 */
export async function steadyLoad(
  edge: string,
  posts: readonly LoadPost[],
  ticks: number,
  perSecond: number,
): Promise<ReadonlyMap<string, SentPayload>> {
  const dispatcher = new Agent();
  const first = new Map<string, SentPayload>();
  const start = performance.now();
  const answers: Promise<void>[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    await sleep(Math.max(0, start + (1000 * tick) / perSecond - performance.now()));
    for (const [at, { path, authorization }] of posts.entries()) {
      const { id, headers, body } = analytics(randomUUID(), [`event-${tick}`]);
      const sentAt = performance.now();
      const answered = request(`${edge}${path}`, {
        method: "POST",
        headers: { ...headers, ...(authorization !== undefined && { authorization }) },
        body,
        dispatcher,
      }).then(async (answer) => {
        const acceptedAt = performance.now();
        await answer.body.dump();
        if (answer.statusCode !== 202) throw new Error(`the edge refused ${path} with ${answer.statusCode}`);
        if (at === 0) first.set(id, { sentAt, acceptedAt });
      });
      answers.push(answered);
    }
  }
  await Promise.all(answers);
  await dispatcher.close();
  return first;
}
