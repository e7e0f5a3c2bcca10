/** One Redis as the relay uses it. */
export interface RedisStatus {
  readonly use: "flags" | "events" | "flags and events";
  /** Without credentials. */
  readonly address: string | null;
  readonly state: "up" | "away";
  /** Why it cannot be used. */
  readonly problem: string | null;
}
