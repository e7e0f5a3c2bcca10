import { eventually } from "../../support/eventually.ts";
import {
  type RelayOptions,
  type RelayPorts,
  type RelayProcess,
  startRelay,
} from "../../support/relay-process.ts";

type Role = NonNullable<RelayOptions["role"]>;

/** A place for one process after the other, always at the same address. */
export class RelaySeat {
  readonly url: string;
  readonly #role: Role;
  readonly #ports: RelayPorts;
  readonly #config: string;
  #process: RelayProcess | undefined;

  constructor(role: Role, ports: RelayPorts, config: string) {
    this.url = `http://127.0.0.1:${ports.port}`;
    this.#role = role;
    this.#ports = ports;
    this.#config = config;
  }

  get process(): RelayProcess {
    if (this.#process === undefined) throw new Error(`no ${this.#role} was started`);
    return this.#process;
  }

  async fill(): Promise<void> {
    this.#process = await startRelay({ role: this.#role, config: this.#config, ports: this.#ports });
  }

  /** It has no flags here, for which an edge's readiness would wait. */
  async waitUntilServing(): Promise<void> {
    await eventually(`${this.process.name} to serve`, async () => (await fetch(`${this.url}/status`)).ok, {
      timeoutMs: 30_000,
    });
  }

  async waitUntilReady(): Promise<void> {
    await this.process.waitUntilReady({ timeoutMs: 30_000 });
  }

  async kill(): Promise<void> {
    await this.#process?.kill();
  }
}
