import { init, reviveFullPayload } from "@launchdarkly/node-server-sdk";
import { type Entry, entryOf, isError } from "./entry.ts";
import type { RandomEnvironmentData, RandomItem } from "./random-environment.ts";

type Store = Exclude<
  NonNullable<NonNullable<Parameters<typeof init>[1]>["featureStore"]>,
  (...parts: never[]) => unknown
>;
type Items = Parameters<Parameters<Store["all"]>[1]>[0];

/** What the SDK writes of a state: the values of flags, beside the rest. */
interface StateJson {
  readonly [key: string]: unknown;
  readonly $flagsState?: Readonly<Record<string, Entry>>;
}

/**
 * What LaunchDarkly's own SDK for Node answers: `allFlagsState` over an in-memory store, brought into the form that
 * clients are sent.
 */
export class NodeOracle {
  readonly #client: ReturnType<typeof init>;
  #data: Readonly<Record<"features" | "segments", Items>> = { features: {}, segments: {} };

  private constructor() {
    this.#client = init("sdk key that is not used", {
      useLdd: true,
      sendEvents: false,
      diagnosticOptOut: true,
      featureStore: this.#store(),
      logger: silent,
    });
    // Every malformed flag is reported here, once an evaluation; unheard, the error would be thrown.
    this.#client.on("error", nothing);
  }

  static async open(): Promise<NodeOracle> {
    const oracle = new NodeOracle();
    await oracle.#client.waitForInitialization({ timeout: 5 });
    return oracle;
  }

  /** Lets it answer from this data from now on. */
  use({ flags, segments }: RandomEnvironmentData): void {
    // The SDK prepares the items in their place, and would find parts that two of them share prepared already.
    const copies = JSON.parse(JSON.stringify({ flags: present(flags), segments: present(segments) }));
    reviveFullPayload(copies);
    this.#data = { features: copies.flags, segments: copies.segments };
  }

  /** The entries of all flags. */
  async results(contextJson: string, withReasons: boolean): Promise<Readonly<Record<string, Entry>>> {
    // Without the reasons, errors could not be told from values that are null.
    const state = await this.#client.allFlagsState(JSON.parse(contextJson), { withReasons: true });
    if (!state.valid) throw new Error(`the SDK for Node takes no such context: ${contextJson}`);
    const { $flagsState: metadata = {}, $valid, ...values } = state.toJSON() as StateJson;
    const entries = Object.entries(metadata).map(([key, { prerequisites, ...members }]) => {
      const entry = entryOf(values[key], members);
      // What led to an error is not told: some SDKs would follow a cycle without end (S10).
      const listed: Entry = isError(entry) || !prerequisites ? entry : { ...entry, prerequisites };
      const { reason, ...withoutReason } = listed;
      return [key, withReasons || listed.trackReason ? listed : withoutReason] as const;
    });
    return Object.fromEntries(entries);
  }

  close(): void {
    this.#client.close();
  }

  #store(): Store {
    return {
      get: (kind, key, use) => {
        const items = this.#data[kind.namespace as "features"];
        use(Object.hasOwn(items, key) ? (items[key] ?? null) : null);
      },
      all: (kind, use) => use(this.#data[kind.namespace as "features"]),
      initialized: (use) => use(true),
      init: (_data, done) => done(),
      upsert: (_kind, _item, done) => done(),
      delete: (_kind, _key, _version, done) => done(),
      close: nothing,
    };
  }
}

/** The items that are no tombstones. */
function present(items: ReadonlyMap<string, RandomItem>): Record<string, RandomItem> {
  return Object.fromEntries([...items].filter(([, item]) => item.deleted !== true));
}

function nothing(): void {
  // Nobody listens.
}

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
