/** How an environment's connection to LaunchDarkly is doing, in the words of `/status` (R9.1). */
export interface UpstreamState {
  readonly state: "INITIALIZING" | "VALID" | "INTERRUPTED" | "OFF";
  /** When `state` was entered, in milliseconds since the epoch. */
  readonly since: number;
  /** The last thing that went wrong; stays after recovery. */
  readonly lastError?: UpstreamError;
  /** LaunchDarkly's id of the environment, once a response has named it (`X-Ld-Envid`). */
  readonly envId?: string;
}

export interface UpstreamError {
  readonly kind: "UNKNOWN" | "NETWORK_ERROR" | "ERROR_RESPONSE" | "INVALID_DATA" | "STORE_ERROR";
  /** Milliseconds since the epoch. */
  readonly time: number;
}
