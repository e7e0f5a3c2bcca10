/** The part of the whole time that draining may take. */
const DRAIN_SHARE = 0.7;
/** The part of it that answers under way are given after that, or where nothing is drained. */
const ANSWERS_SHARE = 0.1;
const ANSWERS_SHARE_WITHOUT_DRAIN = 0.6;

/** What `[Main]` says about stopping, in milliseconds. */
export interface ShutdownSettings {
  readonly shutdownTimeoutMs: number;
  readonly drainDelayMs: number;
  readonly drainTimeMs: number;
}

/** How long each phase of stopping an edge may take, in milliseconds. */
export interface ShutdownPhases {
  /** Not ready, and still taking connections. */
  readonly delayMs: number;
  /** Ending the streams, evenly. */
  readonly endStreamsMs: number;
  /** Finishing the answers under way after draining, and where there is no draining. */
  readonly answersMs: number;
  readonly answersWithoutDrainMs: number;
}

/** Divides the time for stopping. Draining shrinks in proportion where it would take more than its share. */
export function shutdownPhases(settings: ShutdownSettings): ShutdownPhases {
  const { shutdownTimeoutMs, drainDelayMs, drainTimeMs } = settings;
  const wantedMs = drainDelayMs + drainTimeMs;
  const scale = wantedMs > 0 ? Math.min(1, (DRAIN_SHARE * shutdownTimeoutMs) / wantedMs) : 1;
  return {
    delayMs: drainDelayMs * scale,
    endStreamsMs: drainTimeMs * scale,
    answersMs: shutdownTimeoutMs * ANSWERS_SHARE,
    answersWithoutDrainMs: shutdownTimeoutMs * ANSWERS_SHARE_WITHOUT_DRAIN,
  };
}
