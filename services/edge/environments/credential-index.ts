import type { Environment } from "../../../shared/model/environment.ts";

/** The types of credentials that a request can show. */
export type CredentialType = "sdkKey" | "mobileKey" | "envId";

/**
 * The credential in an `Authorization` header: the bare value, or after the old prefix `api_key `. `undefined` for
 * none, and for anything with another blank, such as `Bearer x` (R1.2).
 */
export function credentialIn(authorization: string | undefined): string | undefined {
  const value = (authorization ?? "").replace(/^api_key /, "").trim();
  return value === "" || value.includes(" ") ? undefined : value;
}

/**
 * Finds environments by credential. A look-up in a map tells an attacker nothing useful about keys of 128 random
 * bits: hashing spreads near misses as widely as any others.
 */
export class CredentialIndex<Value> {
  readonly #values: { readonly [Type in CredentialType]: Map<string, Value> } = {
    sdkKey: new Map(),
    mobileKey: new Map(),
    envId: new Map(),
  };

  add({ credentials }: Environment, value: Value): void {
    for (const [type, credential] of entries(credentials)) this.#values[type].set(credential, value);
  }

  /** Forgets an environment's credentials, unless another environment has taken one over. */
  remove({ credentials }: Environment, value: Value): void {
    for (const [type, credential] of entries(credentials))
      if (this.#values[type].get(credential) === value) this.#values[type].delete(credential);
  }

  find(type: CredentialType, credential: string): Value | undefined {
    return this.#values[type].get(credential);
  }
}

function* entries(credentials: Environment["credentials"]): Generator<[CredentialType, string]> {
  const { sdkKey, mobileKey, envId } = credentials;
  yield ["sdkKey", sdkKey];
  if (mobileKey !== undefined) yield ["mobileKey", mobileKey];
  if (envId !== undefined) yield ["envId", envId];
}
