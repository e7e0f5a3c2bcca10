import { basicLogger, init } from "@launchdarkly/node-server-sdk";
import { init as initVersion7 } from "launchdarkly-node-server-sdk";
import { FLAG_KEY, SDK_KEY } from "./the-flag.ts";
import type { Sighting, Witness } from "./witness.ts";

/** The official SDKs that take part, oldest last. */
export const SDKS = [
  { name: "SDK 1", product: "@launchdarkly/node-server-sdk 9", start: init, userKey: "ann" },
  { name: "SDK 2", product: "launchdarkly-node-server-sdk 7", start: initVersion7, userKey: "bob" },
] as const;

/** An SDK in an application of somebody's, which evaluates the flag for its user whenever that has changed. */
export class DemoSdk implements Witness {
  readonly #client: ReturnType<(typeof SDKS)[number]["start"]>;
  readonly #user: { readonly kind: "user"; readonly key: string };
  #latest: Sighting | undefined;

  /** Begins to connect to the relay, and to nobody else. */
  constructor({ start, userKey }: (typeof SDKS)[number], relayUrl: string) {
    this.#user = { kind: "user", key: userKey };
    this.#client = start(SDK_KEY, {
      streamUri: relayUrl,
      baseUri: relayUrl,
      eventsUri: relayUrl,
      logger: basicLogger({ level: "none" }),
    });
    this.#client.on(`update:${FLAG_KEY}`, () => void this.#look());
  }

  get latest(): Sighting | undefined {
    return this.#latest;
  }

  /** What the flag is for its user, once it has connected. Rejects if it cannot. */
  async firstValue(): Promise<string> {
    await this.#client.waitForInitialization({ timeout: 10 });
    return this.#evaluate();
  }

  /** Lets the user buy something, and sends all events there are. Resolves when the relay has accepted them. */
  async buySomething(): Promise<void> {
    this.#client.track("bought", this.#user);
    await this.#client.flush();
  }

  close(): void {
    this.#client.close();
  }

  async #look(): Promise<void> {
    const state = await this.#evaluate();
    this.#latest = { state, at: performance.now() };
  }

  async #evaluate(): Promise<string> {
    return String(await this.#client.variation(FLAG_KEY, this.#user, "unknown"));
  }
}
