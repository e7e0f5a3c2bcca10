import type { Change, FlagData } from "../../../shared/model/item.ts";
import type { FlagView, Viewer } from "./view.ts";

/** Flags and segments of an environment, ready to be evaluated. Never changes: a change makes another. */
export class CompiledEnvironment {
  /**
   * Compiles all of `data`. The `version` of results is that of their flag, or `environmentVersion` if given: a number
   * that rises with every change of the environment.
   */
  static of(_data: FlagData, _environmentVersion?: number): CompiledEnvironment {
    throw new Error("not yet");
  }

  /** The environment after `changes`, which lead to `data`; what they do not concern is shared. */
  changed(_data: FlagData, _changes: readonly Change[], _environmentVersion?: number): CompiledEnvironment {
    throw new Error("not yet");
  }

  view(_viewer: Viewer): FlagView {
    throw new Error("not yet");
  }
}
