import { flag } from "./content.ts";
import { ControlHandler } from "./control-handler.ts";
import { SamePortServer } from "./same-port-server.ts";
import { startLaunchDarkly } from "./simulator.ts";

/** The credentials of the one environment. */
export const CREDENTIALS = {
  sdkKey: "sdk-simulated",
  mobileKey: "mob-simulated",
  envId: "simulated-env-id",
} as const;

/** A simulator and the address at which its flags are changed. */
export interface RunningSimulator {
  /** For `streamUri`, `baseUri` and `eventsUri`. */
  readonly url: string;
  readonly controlUrl: string;
  stop(): Promise<void>;
}

/** Starts a simulated LaunchDarkly with one environment and two flags. Rejects when a port cannot be bound. */
export async function runSimulator(
  ports: { readonly port?: number; readonly controlPort?: number } = {},
): Promise<RunningSimulator> {
  const launchDarkly = await startLaunchDarkly(ports.port);
  const { sdkKey, ...others } = CREDENTIALS;
  const environment = launchDarkly.environment(sdkKey, others);
  environment.set(
    flag("new-checkout", { clientSide: true, on: false }),
    flag("banner", { clientSide: true, variations: ["blue", "green"] }),
  );
  const handler = new ControlHandler(environment, launchDarkly.events);
  const control = await SamePortServer.open(
    (request, response) => void handler.handle(request, response),
    ports.controlPort,
  ).catch(async (error: unknown) => {
    await launchDarkly.stop();
    throw error;
  });
  return {
    url: launchDarkly.url,
    controlUrl: `http://127.0.0.1:${control.port}`,
    stop: async () => {
      await control.pause();
      await launchDarkly.stop();
    },
  };
}

/** What to print when it runs: addresses, credentials and what to try. */
export function introduction({ url, controlUrl }: RunningSimulator): string {
  const { sdkKey, mobileKey, envId } = CREDENTIALS;
  return `A simulated LaunchDarkly is at ${url}

SDK key          ${sdkKey}
mobile key       ${mobileKey}
client-side id   ${envId}

A relay's configuration for it:

  [Main]
  streamUri = ${url}
  baseUri = ${url}
  [Events]
  eventsUri = ${url}
  sendEvents = true
  [Environment "Simulated"]
  sdkKey = ${sdkKey}
  mobileKey = ${mobileKey}
  envId = ${envId}

Flip a flag, and watch a stream:

  curl -N -H 'Authorization: ${sdkKey}' ${url}/all
  curl -X PATCH ${controlUrl}/flags/new-checkout -d '{"on":true}'

Make, show and delete flags, and see which events came in:

  curl -X PUT ${controlUrl}/flags/mine -d '{"variations":["a","b"]}'
  curl ${controlUrl}/flags
  curl -X DELETE ${controlUrl}/flags/mine
  curl ${controlUrl}/events

Ctrl-C ends it.
`;
}
