import type { FlagData } from "../../../../shared/model/item.ts";
import { type FlagDelta, flagDelta, joinDeltas, NO_DELTA } from "../../protocol/fdv1/flag-delta.ts";
import { changesMessage, putMessage, type StreamView } from "../../protocol/fdv1/flag-messages.ts";
import type { ReplicaUpdate } from "../../replica/replica-update.ts";
import type { StreamContent } from "../fan-out.ts";
import { Frame } from "../frame.ts";

/** The flag data of one view as they change, in frames that all clients of the view share. */
export class FlagContent implements StreamContent<undefined> {
  readonly #view: StreamView;
  /** The current state, and what it changed in the one before. */
  #data: FlagData;
  #changed: FlagDelta = NO_DELTA;
  /** Both as frames, encoded when the first client needs them. */
  #snapshot: Frame | undefined;
  #delta: Frame | undefined;
  /** The newest state, and what it changed in `#data`. */
  #latest: FlagData;
  #pending: FlagDelta = NO_DELTA;

  constructor(view: StreamView, data: FlagData) {
    this.#view = view;
    this.#data = data;
    this.#latest = data;
  }

  /** Takes new data. Returns whether clients must be sent something. */
  accept(update: ReplicaUpdate): boolean {
    this.#latest = update.data;
    const delta = flagDelta(this.#view, update);
    this.#pending = joinDeltas(this.#pending, delta);
    return delta.kind !== "nothing";
  }

  advance(): boolean {
    if (this.#pending.kind === "nothing") return false;
    this.#changed = this.#pending;
    this.#pending = NO_DELTA;
    this.#data = this.#latest;
    this.release();
    return true;
  }

  snapshot(): Frame {
    this.#snapshot ??= new Frame(putMessage(this.#view, this.#data));
    return this.#snapshot;
  }

  delta(): Frame {
    const changed = this.#changed;
    this.#delta ??=
      changed.kind === "changes" ? new Frame(changesMessage(this.#view, changed.changes)) : this.snapshot();
    return this.#delta;
  }

  release(): void {
    this.#snapshot = undefined;
    this.#delta = undefined;
  }
}
