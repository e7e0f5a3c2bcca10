/** Why something that others provide cannot be used. */
export interface Cause {
  /** Stable, for alerts and scripts: `WRONGPASS`, `ECONNREFUSED`, `TIMEOUT` … */
  readonly code: string;
  /** What was said, in one line. */
  readonly text: string;
  /** What an operator can do about it, as a sentence. */
  readonly advice?: string;
  /** It only says that something is wrong, so that any other cause says more. */
  readonly vague?: boolean;
}

/** Something does not work. */
export interface Trouble {
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly cause: Cause;
}
