/** What the relay's own configuration says of all environments that are described elsewhere, such as in an archive. */
export interface EnvironmentDefaults {
  /** The prefix in Redis of the environment with this client-side ID. */
  readonly prefixOf: (envId: string) => string;
  readonly allowedOrigins: readonly string[];
  readonly allowedHeaders: readonly string[];
}
