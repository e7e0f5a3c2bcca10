import { BoundedCache } from "../../../shared/base/bounded-cache.ts";
import type { Clock } from "../../../shared/base/clock.ts";
import type { Logger } from "../../../shared/base/logger.ts";
import { freshnessOf } from "./freshness.ts";
import type { GoalsHeaders, UpstreamAnswer, UpstreamGoals } from "./upstream-goals.ts";

/** What a browser is told. */
export interface GoalsAnswer {
  readonly status: number;
  readonly headers: GoalsHeaders;
  readonly body: Buffer;
  /** How long ago LaunchDarkly said so. */
  readonly ageMs: number;
}

interface Known {
  readonly answer: Omit<GoalsAnswer, "ageMs">;
  readonly saidAt: number;
  readonly maxAgeMs: number;
}

const BOUNDS = { maxCount: 1_000, maxBytes: 8 * 1024 * 1024 };
/** After a failure LaunchDarkly is left alone for a while, so that not every page waits for it in vain. */
const REST_MS = 10_000;
/** No goals: pages lose nothing but their automatic clicks and page views. */
const NONE: GoalsAnswer = {
  status: 200,
  headers: { "content-type": "application/json", "cache-control": "no-store" },
  body: Buffer.from("[]"),
  ageMs: 0,
};

/**
 * The goals of environments, asked of LaunchDarkly and kept for as long as it allows. Whoever asks while an answer
 * is under way waits for it. While LaunchDarkly is away, what it said last is served, or no goals.
 */
export class Goals {
  readonly #upstream: Pick<UpstreamGoals, "ask">;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #known = new BoundedCache<Known>(BOUNDS);
  readonly #underWay = new Map<string, Promise<GoalsAnswer>>();
  #restUntil = 0;

  constructor(upstream: Pick<UpstreamGoals, "ask">, clock: Clock, logger: Logger) {
    this.#upstream = upstream;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** The goals of an environment that exists. Never rejects. */
  of(envId: string): Promise<GoalsAnswer> {
    const known = this.#known.get(envId);
    const now = this.#clock.monotonic();
    if (known !== undefined && now - known.saidAt < known.maxAgeMs) return Promise.resolve(aged(known, now));
    if (now < this.#restUntil) return Promise.resolve(known === undefined ? NONE : aged(known, now));
    let asking = this.#underWay.get(envId);
    if (asking === undefined) {
      asking = this.#ask(envId, known).finally(() => this.#underWay.delete(envId));
      this.#underWay.set(envId, asking);
    }
    return asking;
  }

  async #ask(envId: string, known: Known | undefined): Promise<GoalsAnswer> {
    const said = await this.#upstream.ask(envId, known?.answer.headers.etag);
    const now = this.#clock.monotonic();
    if (said.kind === "away") {
      this.#restUntil = now + REST_MS;
      this.#logger.warn("cannot fetch goals from LaunchDarkly, serving the last known ones", {
        event: "goals.unavailable",
        error: said.reason,
      });
    }
    const answer = answerFrom(said, known);
    if (answer === undefined) return known === undefined ? NONE : aged(known, now);
    const { mayKeep, maxAgeMs } = freshnessOf(answer.headers["cache-control"]);
    const fresh = { answer, saidAt: now, maxAgeMs };
    if (mayKeep && answer.status === 200) this.#known.set(envId, fresh, bytesOf(envId, answer));
    else this.#known.delete(envId);
    return aged(fresh, now);
  }
}

/** What `said` makes of what is known; `undefined` if nothing new was said. */
function answerFrom(said: UpstreamAnswer, known: Known | undefined): Known["answer"] | undefined {
  switch (said.kind) {
    case "answered":
      return { status: said.status, headers: said.headers, body: said.body };
    case "unchanged":
      return known && { ...known.answer, headers: { ...known.answer.headers, ...said.headers } };
    case "away":
      return undefined;
  }
}

function aged({ answer, saidAt }: Known, now: number): GoalsAnswer {
  return { ...answer, ageMs: now - saidAt };
}

function bytesOf(envId: string, { headers, body }: Known["answer"]): number {
  return body.byteLength + 2 * (envId.length + Object.values(headers).join("").length) + 512;
}
