import { StopScope } from "../shared/base/stop-scope.ts";
import type { RelayProcess } from "../test/support/relay-process.ts";
import { Interruption } from "./interruption.ts";
import type { Screen } from "./screen.ts";

/** What every scene of the demo needs and the audience does not see. */
export class Backstage {
  readonly screen: Screen;
  /** Ends what was started. */
  readonly scope = new StopScope();
  readonly interruption = new Interruption();
  /** From when its process runs: if something fails, its log may say why. */
  relay: RelayProcess | undefined;

  constructor(screen: Screen) {
    this.screen = screen;
  }
}
