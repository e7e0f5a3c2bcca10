import { join } from "node:path";
import { flag } from "../simulator/content.ts";
import type { SimulatedEnvironment } from "../simulator/simulated-environment.ts";
import { type LaunchDarklySimulator, startLaunchDarkly } from "../simulator/simulator.ts";
import { type RelayPorts, type RelayProcess, startRelay } from "../test/support/relay-process.ts";
import { removeFolder, tempFolder } from "../test/support/temp-folder.ts";
import type { Backstage } from "./backstage.ts";
import { DemoSdk, SDKS } from "./demo-sdk.ts";
import { RedisWitness } from "./redis-witness.ts";
import { FLAG_KEY, SDK_KEY } from "./the-flag.ts";

/** Everybody who takes part, running and connected. */
export interface Stage {
  readonly launchDarkly: LaunchDarklySimulator;
  readonly environment: SimulatedEnvironment;
  readonly relay: RelayProcess;
  /** Where the relay's private Redis listens. */
  readonly redisSocket: string;
  readonly redis: RedisWitness;
  readonly sdks: readonly DemoSdk[];
}

/** Starts everybody, one after the other. Rejects, with some of them running, if one does not start. */
export async function setStage(backstage: Backstage): Promise<Stage> {
  const { scope, screen, interruption } = backstage;
  const dataDir = tempFolder();
  scope.add("the data folder", () => removeFolder(dataDir));

  const launchDarkly = await screen.step(
    "starting LaunchDarkly, simulated",
    startLaunchDarkly,
    ({ url }) => url,
  );
  scope.add("the simulated LaunchDarkly", () => launchDarkly.stop());
  const environment = launchDarkly.environment(SDK_KEY);
  environment.set(flag(FLAG_KEY, { on: false, trackEvents: true }));

  const relay = await screen.step(
    "starting the relay, which brings a Redis along",
    () => startTheRelay(backstage, launchDarkly.url, dataDir),
    ({ url }) => url,
  );

  const redisSocket = join(dataDir, "redis.sock");
  const redis = new RedisWitness(redisSocket);
  scope.add("looking into Redis", () => redis.close());
  await interruption.or(redis.ready());

  const sdks: DemoSdk[] = [];
  for (const kind of SDKS) {
    const sdk = new DemoSdk(kind, relay.url);
    scope.add(kind.name, () => sdk.close());
    await screen.step(
      `${kind.name}: ${kind.product}`,
      () => interruption.or(sdk.firstValue()),
      (value) => `connected, ${FLAG_KEY} is ${value}`,
    );
    sdks.push(sdk);
  }
  const streams = environment.streams.count;
  screen.lines(
    "",
    `LaunchDarkly serves ${streams} stream, the relay's; the relay serves ${sdks.length}, the SDKs'.`,
  );
  return { launchDarkly, environment, relay, redisSocket, redis, sdks };
}

async function startTheRelay(
  backstage: Backstage,
  launchDarklyUrl: string,
  dataDir: string,
): Promise<RelayProcess> {
  const relay = await startRelay({ config: (ports) => relayConfig(ports, launchDarklyUrl, dataDir) });
  const { scope, interruption } = backstage;
  backstage.relay = relay;
  scope.add("the relay", () => endRelay(relay));
  void relay.exited.then(({ code, signal }) =>
    interruption.because(
      new Error(`the relay ended, ${signal === null ? `with exit code ${code}` : `by ${signal}`}`),
    ),
  );
  await interruption.or(relay.waitUntilReady({ timeoutMs: 30_000 }));
  return relay;
}

/** A relay that has just begun to start does not know yet how to end in order, and has nothing to end either. */
async function endRelay(relay: RelayProcess): Promise<void> {
  if (!relay.running) return;
  const { code, signal } = await relay.stop();
  if (code !== 0 && signal !== "SIGINT") throw new Error(`it ended with ${signal ?? `exit code ${code}`}`);
}

/** As a person would write it, to try the relay out on one machine. */
function relayConfig({ port, adminPort }: RelayPorts, launchDarklyUrl: string, dataDir: string): string {
  return `
[Main]
streamUri = ${launchDarklyUrl}
baseUri = ${launchDarklyUrl}
port = ${port}
dataDir = "${dataDir}"

[Events]
eventsUri = ${launchDarklyUrl}
sendEvents = true

[Admin]
port = ${adminPort}

[Environment "Demo"]
sdkKey = ${SDK_KEY}
`;
}
