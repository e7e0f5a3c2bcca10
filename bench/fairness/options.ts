/** What both parts are told. */
export interface FairnessOptions {
  /** Payloads of the environment in trouble, each a job. */
  readonly depth: number;
  /** Looked at in each case. */
  readonly payloads: number;
  readonly perSecond: number;
  readonly rounds: number;
}

/** Payloads that are sent first and not looked at, while code is compiled and connections are made. */
export const WARM_UP_PAYLOADS = 300;
