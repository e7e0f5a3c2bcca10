import type { Change, FlagData } from "../../../shared/model/item.ts";
import { CompiledEnvironment } from "../evaluation/compiled-environment.ts";
import type { FlagView, SdkKind } from "../evaluation/view.ts";

/**
 * An environment's data ready to be evaluated: compiled when somebody first needs it, because many environments are
 * never asked for results, and kept up from then on.
 */
export class CompiledData {
  readonly #numbered: boolean;
  #data: FlagData;
  #offset: number;
  #compiled: CompiledEnvironment | undefined;

  /**
   * @param offset the position of `data` in Redis
   * @param numbered whether the `version` of results is that offset, which patches of results need, instead of their
   * flag's version
   */
  constructor(data: FlagData, offset: number, numbered: boolean) {
    this.#data = data;
    this.#offset = offset;
    this.#numbered = numbered;
  }

  /** The position of what {@link view} shows. */
  get offset(): number {
    return this.#offset;
  }

  view(sdkKind: SdkKind): FlagView {
    this.#compiled ??= CompiledEnvironment.of(this.#data, this.#environmentVersion);
    return this.#compiled.view(sdkKind);
  }

  /** Takes new data. False: nobody has needed results yet, so nobody has to be told. */
  apply(data: FlagData, changes: readonly Change[], offset: number): boolean {
    const isAhead = offset > this.#offset;
    this.#data = data;
    this.#offset = offset;
    if (this.#compiled === undefined) return false;
    // Where the offset does not rise, Redis was restored: what did not change must not keep a version above those to come.
    this.#compiled =
      isAhead || !this.#numbered
        ? this.#compiled.changed(data, changes, this.#environmentVersion)
        : CompiledEnvironment.of(data, this.#environmentVersion);
    return true;
  }

  get #environmentVersion(): number | undefined {
    return this.#numbered ? this.#offset : undefined;
  }
}
