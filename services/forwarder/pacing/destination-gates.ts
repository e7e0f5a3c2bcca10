import type { Credentials } from "../../../shared/model/credentials.ts";
import { PAYLOAD_KINDS, type PayloadKind } from "../../../shared/queue/event-payload.ts";
import { credentialsFingerprint } from "./credentials-fingerprint.ts";
import type { DestinationGate } from "./destination-gate.ts";

/** The gates of one environment, one for each kind of payloads. */
export class DestinationGates {
  readonly #gates: ReadonlyMap<PayloadKind, DestinationGate>;

  /** `make` makes the gate of a kind; `fingerprint` tells the credential under which its payloads go out. */
  constructor(credentials: Credentials, make: (kind: PayloadKind, fingerprint: string) => DestinationGate) {
    this.#gates = new Map(
      PAYLOAD_KINDS.map((kind) => [kind, make(kind, credentialsFingerprint(kind, credentials))] as const),
    );
  }

  of(kind: PayloadKind): DestinationGate {
    const gate = this.#gates.get(kind);
    if (gate === undefined) throw new Error(`there is no gate for payloads of the kind ${kind}`);
    return gate;
  }

  /** From now on payloads go out under these credentials. */
  use(credentials: Credentials): void {
    for (const [kind, gate] of this.#gates) gate.use(credentialsFingerprint(kind, credentials));
  }

  /** Nothing is delivered any more. */
  close(): void {
    for (const gate of this.#gates.values()) gate.close();
  }

  [Symbol.iterator](): Iterator<readonly [PayloadKind, DestinationGate]> {
    return this.#gates.entries();
  }
}
