import type { Clock } from "../../../shared/base/clock.ts";
import type { Stop } from "../../../shared/base/stop-scope.ts";
import type { EnvironmentSource } from "../../../shared/environments/environment-source.ts";
import {
  type AdditionalKey,
  type Credentials,
  type CredentialType,
  isExpired,
} from "../../../shared/model/credentials.ts";
import type { Environment } from "../../../shared/model/environment.ts";

/**
 * The credential in an `Authorization` header: the bare value, or after the old prefix `api_key `. `undefined` for
 * none, and for anything with another blank, such as `Bearer x` (R1.2).
 */
export function credentialIn(authorization: string | undefined): string | undefined {
  const value = (authorization ?? "").replace(/^api_key /, "").trim();
  return value === "" || value.includes(" ") ? undefined : value;
}

interface Owner {
  readonly environmentId: string;
  readonly expiresAt?: number;
}

/**
 * Finds environments by each of their credentials, until it expires. A look-up in a map tells an attacker nothing useful
 * about keys of 128 random bits: hashing spreads near misses as widely as any others.
 */
export class CredentialIndex {
  readonly #owners: { readonly [Type in CredentialType]: Map<string, Owner> } = {
    sdkKey: new Map(),
    mobileKey: new Map(),
    envId: new Map(),
  };
  readonly #clock: Clock;
  readonly #unfollow: Stop;

  /** Follows the environments of `source` until {@link stop}, after which it finds what it found last. */
  constructor(source: EnvironmentSource, clock: Clock) {
    this.#clock = clock;
    this.#unfollow = source.follow({
      added: (environment) => this.#add(environment),
      changed: (environment, previous) => {
        this.#remove(previous);
        this.#add(environment);
      },
      removed: (environment) => this.#remove(environment),
    });
  }

  /** The id of the environment that has this credential. */
  find(type: CredentialType, credential: string): string | undefined {
    const owner = this.#owners[type].get(credential);
    if (owner === undefined) return undefined;
    // Most credentials never expire, and requests come in masses: the clock is only asked where it matters.
    if (owner.expiresAt !== undefined && isExpired(owner, this.#clock.now())) return undefined;
    return owner.environmentId;
  }

  stop(): void | Promise<void> {
    return this.#unfollow();
  }

  #add({ id, credentials }: Environment): void {
    for (const [type, { key, ...expiry }] of listed(credentials))
      this.#owners[type].set(key, { environmentId: id, ...expiry });
  }

  /** Forgets an environment's credentials, unless another environment has taken one over. */
  #remove({ id, credentials }: Environment): void {
    for (const [type, { key }] of listed(credentials))
      if (this.#owners[type].get(key)?.environmentId === id) this.#owners[type].delete(key);
  }
}

/** All credentials, primary ones last: what is listed twice does not expire. */
function* listed(credentials: Credentials): Generator<[CredentialType, AdditionalKey<string>]> {
  const { sdkKey, mobileKey, envId, additionalSdkKeys = [], additionalMobileKeys = [] } = credentials;
  for (const key of additionalSdkKeys) yield ["sdkKey", key];
  for (const key of additionalMobileKeys) yield ["mobileKey", key];
  yield ["sdkKey", { key: sdkKey }];
  if (mobileKey !== undefined) yield ["mobileKey", { key: mobileKey }];
  if (envId !== undefined) yield ["envId", { key: envId }];
}
