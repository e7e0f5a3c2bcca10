/** Which dead letters are meant; what is left out does not narrow. */
export interface LetterFilter {
  /** An environment's name. */
  readonly environment?: string;
  /** A part of the reason, such as `status 400`; case does not matter. */
  readonly reason?: string;
  /** Given up since then: a time, or a duration before now. */
  readonly since?: string;
  /** Ids of letters, or how they begin. */
  readonly ids: readonly string[];
}

/** What `ld-relay events …` is to do. */
export type EventsCommand =
  | {
      readonly action: "status" | "pause" | "resume";
      readonly environment?: string;
      readonly json: boolean;
    }
  | {
      readonly action: "dead list" | "dead show";
      readonly filter: LetterFilter;
      readonly json: boolean;
      readonly showBodies: boolean;
    }
  | {
      readonly action: "dead replay" | "dead drop";
      readonly filter: LetterFilter;
      readonly json: boolean;
    };
