import { Environments } from "./environments.ts";
import { EventLog } from "./event-log.ts";
import { Faults } from "./faults.ts";
import { RequestHandler } from "./request-handler.ts";
import { SamePortServer } from "./same-port-server.ts";
import { type EnvironmentOptions, SimulatedEnvironment } from "./simulated-environment.ts";

const HEARTBEAT_MS = 30_000;

/**
 * Starts a LaunchDarkly of our own on 127.0.0.1, on a free port unless told which. It speaks the first protocol of server-side SDKs
 * over HTTP (S1 and S2): streams, polls and event intake, and it has the goals of browsers, all
 * under one address.
 *
 *     await using ld = await startLaunchDarkly();
 *     const production = ld.environment("sdk-production");
 *     production.set(flag("new-checkout", { on: false }));
 *     // point a relay or an SDK at ld.url, then
 *     production.change("flags", "new-checkout", { on: true });
 *     ld.faults.add({ on: "events", reaction: { kind: "answer", status: 503 } });
 */
export async function startLaunchDarkly(port?: number): Promise<LaunchDarklySimulator> {
  const environments = new Environments();
  const faults = new Faults();
  const events = new EventLog();
  const handler = new RequestHandler(environments, faults, events);
  const server = await SamePortServer.open(
    (request, response) => void handler.handle(request, response),
    port,
  );
  return new LaunchDarklySimulator({ server, environments, faults, events });
}

interface Parts {
  readonly server: SamePortServer;
  readonly environments: Environments;
  readonly faults: Faults;
  readonly events: EventLog;
}

/** A running simulator; see {@link startLaunchDarkly}. */
export class LaunchDarklySimulator implements AsyncDisposable {
  /** What goes wrong with requests. */
  readonly faults: Faults;
  /** What was sent to the events routes. */
  readonly events: EventLog;
  /** For `streamUri`, `baseUri` and `eventsUri` alike; stays the same for as long as the simulator lives. */
  readonly url: string;
  readonly #server: SamePortServer;
  readonly #environments: Environments;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor({ server, environments, faults, events }: Parts) {
    this.#server = server;
    this.#environments = environments;
    this.faults = faults;
    this.events = events;
    this.url = `http://127.0.0.1:${server.port}`;
    this.heartbeatEvery(HEARTBEAT_MS);
  }

  /** Adds an environment, empty at first; its handle changes and watches it. Throws if the SDK key is taken. */
  environment(sdkKey: string, options: EnvironmentOptions = {}): SimulatedEnvironment {
    const environment = new SimulatedEnvironment(sdkKey, options);
    this.#environments.add(environment);
    return environment;
  }

  /** How often streams get a comment (30 s at first); `undefined` for never. */
  heartbeatEvery(intervalMs: number | undefined): void {
    clearInterval(this.#heartbeat);
    if (intervalMs === undefined) return;
    this.#heartbeat = setInterval(() => {
      for (const { streams } of this.#environments) streams.beat();
    }, intervalMs).unref();
  }

  /** Breaks off every connection, also those whose requests are being kept waiting. */
  cut(): void {
    this.#server.cut();
  }

  /** As {@link cut}, and refuses new connections until {@link resume}. Data and records stay. */
  pause(): Promise<void> {
    return this.#server.pause();
  }

  /** Ends a {@link pause}, at the same address. */
  resume(): Promise<void> {
    return this.#server.resume();
  }

  /** Ends everything; what was recorded can still be read. */
  async stop(): Promise<void> {
    this.heartbeatEvery(undefined);
    await this.#server.pause();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
