import type { Cause } from "../../../shared/base/cause.ts";
import type { Usability } from "../../../shared/bus/usability.ts";

/** Whether changes of an environment's flags arrive at this edge, since when, and if not, why. */
export interface ChangesState {
  readonly state: "INITIALIZING" | "VALID" | "INTERRUPTED";
  /** Milliseconds since the epoch; of an interruption, when changes were last known to arrive. */
  readonly since: number;
  readonly reason?: ChangesReason;
}

/** Why changes do not arrive. */
interface ChangesReason {
  /** Stable, for alerts and scripts. */
  readonly code:
    | "redis.away"
    | "claim.foreign"
    | "claim.missing"
    | "content.damaged"
    | "holder.silent"
    | "holder.waiting";
  readonly message: string;
}

/** A number that its writer keeps raising. */
interface Rising {
  /** When it was last seen to grow, in milliseconds since the epoch. */
  readonly grewAt: number | undefined;
  /** For how long it has stood still. */
  readonly stillMs: number;
}

/** What the state is made from. */
export interface ChangesView {
  readonly startedAt: number;
  /** Whether Redis answers this edge. */
  readonly store: { readonly state: string; readonly since: number };
  /** Why something in this process does not get on with that Redis. */
  readonly redisCause: Cause | undefined;
  readonly usability: { readonly value: Usability; readonly since: number } | undefined;
  /** The holder's word that Redis holds what LaunchDarkly has said. */
  readonly word: Rising;
  /** That there is a holder, and that it can write. */
  readonly holder: Rising;
}

/**
 * The word grows every second, and is looked at every two. A take-over after a stop fits in here; one after a crash,
 * which takes as long as a lease lives, is an interruption that is worth telling.
 */
const SILENCE_MS = 8000;

/** The state after `before`, which stays as it is while nothing has changed. */
export function changesState(before: ChangesState, view: ChangesView, now: number): ChangesState {
  const next = stateNow(view);
  if (next.state !== "VALID") return next;
  return before.state === "VALID" ? before : { state: "VALID", since: now };
}

function stateNow(view: ChangesView): ChangesState {
  const { startedAt, store, usability, word } = view;
  const interrupted = (since: number, reason: ChangesReason): ChangesState => ({
    state: "INTERRUPTED",
    since,
    reason,
  });
  if (store.state === "INTERRUPTED") return interrupted(store.since, awayReason(view.redisCause));
  const obstacle = usability && OBSTACLES[usability.value.kind];
  if (usability && obstacle) return interrupted(usability.since, obstacle);
  if (word.stillMs > SILENCE_MS) return interrupted(word.grewAt ?? startedAt, silenceReason(view));
  return { state: word.grewAt === undefined ? "INITIALIZING" : "VALID", since: startedAt };
}

function awayReason(cause: Cause | undefined): ChangesReason {
  return { code: "redis.away", message: `Redis does not answer this edge${because(cause)}` };
}

const OBSTACLES: Readonly<Record<Usability["kind"], ChangesReason | undefined>> = {
  usable: undefined,
  foreign: { code: "claim.foreign", message: "the prefix in Redis belongs to another environment" },
  unclaimed: {
    code: "claim.missing",
    message: "the prefix in Redis is not claimed: no ingestor of this version has written to it",
  },
  damaged: {
    code: "content.damaged",
    message: "items in Redis are missing or were modified by others, waiting for the ingestor to repair them",
  },
};

/** A holder that renews its lease can write, so that it is LaunchDarkly whom it waits for. */
function silenceReason({ holder, redisCause }: ChangesView): ChangesReason {
  if (holder.stillMs <= SILENCE_MS)
    return {
      code: "holder.waiting",
      message: "the ingestor has not written LaunchDarkly's data to Redis: see its log, and connectionStatus",
    };
  return {
    code: "holder.silent",
    message: `no ingestor writes to Redis: none is running, or Redis rejects its commands${because(redisCause)}; see /readyz of the ingestors`,
  };
}

function because(cause: Cause | undefined): string {
  return cause === undefined ? "" : ` (${cause.text})`;
}
