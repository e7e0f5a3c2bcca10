/** What somebody saw of the flag, and when, in milliseconds on the clock of `performance.now()`. */
export interface Sighting {
  readonly state: string;
  readonly at: number;
}

/** Somebody whom changes of the flag reach. */
export interface Witness {
  /** The newest sighting; `undefined` before the first change. */
  readonly latest: Sighting | undefined;
}
