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
      readonly action: "status";
      readonly environment?: string;
      readonly json: boolean;
    }
  | {
      readonly action: "pause" | "resume";
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
    }
  /** `queue`: as `events status` names those that no environment owns. */
  | {
      readonly action: "adopt";
      readonly queue: string;
      /** An environment's name. */
      readonly into: string;
      readonly force: boolean;
      readonly json: boolean;
    }
  | {
      readonly action: "drop";
      readonly queue: string;
      readonly yes: boolean;
      readonly force: boolean;
      readonly json: boolean;
    };
