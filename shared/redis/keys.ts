/**
 * The names of an environment's keys in Redis. The first three are what SDKs in daemon mode read, byte for byte
 * as the Go relay lays them out (R5.1); the others are ours.
 */
export interface EnvironmentKeys {
  /** Hash: flag key → raw JSON. */
  readonly features: string;
  /** Hash: segment key → raw JSON. */
  readonly segments: string;
  /** String whose existence says that there are data. */
  readonly inited: string;
  /** Hash: position, the holder's word, upstream's state. */
  readonly relay: string;
  /** String: the random token of the ingestor that holds this environment. */
  readonly lease: string;
  /** Hash: the roles that are there, by a random id, with what each says of this environment. */
  readonly roles: string;
  /** Pub/sub channel on which every write is announced. */
  readonly changes: string;
}

export function environmentKeys(prefix: string): EnvironmentKeys {
  return {
    features: `${prefix}:features`,
    segments: `${prefix}:segments`,
    inited: `${prefix}:$inited`,
    relay: `${prefix}:$relay`,
    lease: `${prefix}:$lease`,
    roles: `${prefix}:$roles`,
    changes: `${prefix}:$changes`,
  };
}
