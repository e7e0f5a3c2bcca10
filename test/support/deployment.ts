import { type LaunchDarklySimulator, startLaunchDarkly } from "../../simulator/simulator.ts";
import { startRedis, type TestRedis } from "./redis.ts";
import { type RelayOptions, type RelayPorts, type RelayProcess, startRelay } from "./relay-process.ts";

type Role = NonNullable<RelayOptions["role"]>;

/**
 * A simulated LaunchDarkly, a Redis, and the roles of one configuration, each as a process of its own. Everything
 * is logged, so that tests can look for what must not be.
 */
export class Deployment implements AsyncDisposable {
  readonly ld: LaunchDarklySimulator;
  readonly redis: TestRedis;
  readonly #sections: string;
  readonly #main: string;
  readonly #roles = new Map<Role, RelayProcess>();

  private constructor(ld: LaunchDarklySimulator, redis: TestRedis, sections: string, main: string) {
    this.ld = ld;
    this.redis = redis;
    this.#sections = sections;
    this.#main = main;
  }

  /**
   * Starts LaunchDarkly and Redis; `sections` are the configuration's `[Environment]`s, and what else it needs, `main`
   * what `[Main]` is to say besides addresses.
   */
  static async open(sections: string, main: Readonly<Record<string, string>> = {}): Promise<Deployment> {
    const [ld, redis] = await Promise.all([startLaunchDarkly(), startRedis()]);
    const settings = Object.entries(main).map(([key, value]) => `${key} = ${value}`);
    return new Deployment(ld, redis, sections, settings.join("\n"));
  }

  /** Starts roles, and waits until they are ready. */
  async start(...roles: readonly Role[]): Promise<void> {
    await Promise.all(
      roles.map(async (role) => {
        const relay = await startRelay({ role, config: (ports) => this.config(ports) });
        this.#roles.set(role, relay);
        await relay.waitUntilReady();
      }),
    );
  }

  /** The process of a role that was started. */
  role(role: Role): RelayProcess {
    const relay = this.#roles.get(role);
    if (relay === undefined) throw new Error(`this deployment has no ${role}`);
    return relay;
  }

  /** The configuration, for roles that a test starts itself. */
  config({ port, adminPort }: RelayPorts): string {
    return `[Main]
port = ${port}
streamUri = ${this.ld.url}
baseUri = ${this.ld.url}
logLevel = debug
${this.#main}
[Admin]
port = ${adminPort}
[Events]
eventsUri = ${this.ld.url}
sendEvents = true
[Redis]
url = ${this.redis.url}
${this.#sections}`;
  }

  /** Everything that the processes have written, stopped ones included. */
  get output(): readonly string[] {
    return [...this.#roles.values()].flatMap(({ output }) => output);
  }

  /** Ends everything. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(
      [...this.#roles.values()].filter(({ running }) => running).map((relay) => relay.stop()),
    );
    await this.ld.stop();
    await this.redis[Symbol.asyncDispose]();
  }
}
