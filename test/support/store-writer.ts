import { type Base, baseAfter, baseOf, neededWrite } from "../../services/ingestor/leadership/base.ts";
import type { EnvironmentStore } from "../../shared/bus/environment-store.ts";
import { claimOf } from "../../shared/model/claim.ts";
import type { Environment } from "../../shared/model/environment.ts";
import type { FlagData } from "../../shared/model/item.ts";

const TOKEN = "writer";
const LEASE_MS = 3_600_000;

/** Writes an environment's data as the ingestor that holds its lease does, when it is told to. */
export class StoreWriter {
  readonly #store: EnvironmentStore;
  readonly #environment: Environment;
  #base: Base | undefined;

  constructor(store: EnvironmentStore, environment: Environment) {
    this.#store = store;
    this.#environment = environment;
  }

  /** Brings Redis to `data`. Rejects when that is not possible. */
  async write(data: FlagData, receivedAtMs = Date.now()): Promise<void> {
    const base = this.#base ?? (await this.#begin());
    const write = neededWrite(base, data, claimOf(this.#environment));
    if (write === undefined) return;
    const outcome = await this.#store.write(TOKEN, base, write, receivedAtMs);
    if (outcome.kind !== "written") throw new Error(`the write was ${outcome.kind}`);
    this.#base = baseAfter(base, write, outcome.position);
  }

  /** Redis has lost what was written. */
  forget(): void {
    this.#base = undefined;
  }

  async #begin(): Promise<Base> {
    const base = baseOf(await this.#store.snapshot());
    await this.#store.acquire(TOKEN, LEASE_MS, base.claim);
    return base;
  }
}
