import type { ReadBody } from "./body-reader.ts";

/** Why a body could not be read. */
export type UnreadKind = Exclude<ReadBody["kind"], "read">;

/** What a client is told whose body could not be read. */
export interface UnreadRefusal {
  readonly status: 400 | 408 | 413 | 503;
  readonly message: string;
  /** In seconds, where trying again helps. */
  readonly retryAfter?: number;
}

/**
 * What to tell clients whose bodies cannot be read. `sizeSetting` is the setting that limits them, and `what` comes in
 * when there are too many large ones: both are named in the messages.
 */
export function unreadRefusals(
  sizeSetting: string,
  what: string,
): { readonly [Kind in UnreadKind]: UnreadRefusal } {
  return {
    broken: { status: 400, message: "unable to read request body" },
    too_slow: { status: 408, message: "body took too long to arrive" },
    too_large: { status: 413, message: `body is larger than ${sizeSetting}` },
    congested: { status: 503, message: `too many ${what} are coming in; try again`, retryAfter: 1 },
  };
}
