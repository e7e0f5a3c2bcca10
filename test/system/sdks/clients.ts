import { basicLogger, init, type integrations, type LDOptions } from "@launchdarkly/node-server-sdk";
import { init as initVersion7 } from "launchdarkly-node-server-sdk";
import { init as initVersion5 } from "ldclient-node";
import { onTestFinished } from "vitest";

/** What the tests set; version 7 does not look at what it does not know. */
type Options = Pick<
  LDOptions,
  | "stream"
  | "sendEvents"
  | "diagnosticOptOut"
  | "enableEventCompression"
  | "application"
  | "wrapperName"
  | "wrapperVersion"
  | "hooks"
>;

/** Where the SDK finds its LaunchDarkly. */
type Address = Pick<LDOptions, "baseUri" | "streamUri" | "eventsUri" | "logger">;

/** Server-side SDKs that many applications run today. */
export const SDKS = [
  {
    sdk: "@launchdarkly/node-server-sdk 9",
    start: (sdkKey: string, options: Options & Address) => init(sdkKey, options),
  },
  {
    sdk: "launchdarkly-node-server-sdk 7",
    start: (sdkKey: string, options: Options & Address) => initVersion7(sdkKey, options),
  },
] as const;

/** Starts an SDK against the relay at `url`, and waits until it has its flags. It ends with the test. */
export async function startSdk(
  { start }: (typeof SDKS)[number],
  sdkKey: string,
  url: string,
  options: Options = {},
) {
  const client = start(sdkKey, {
    baseUri: url,
    streamUri: url,
    eventsUri: url,
    logger: basicLogger({ level: "none" }),
    ...options,
  });
  onTestFinished(() => client.close());
  await client.waitForInitialization({ timeout: 10 });
  return client;
}

/** Starts `ldclient-node` 5, which knows users and no contexts, as {@link startSdk} does. */
export async function startSdkVersion5(sdkKey: string, url: string) {
  const logger = basicLogger({ level: "none" });
  const client = initVersion5(sdkKey, { baseUri: url, streamUri: url, eventsUri: url, logger });
  onTestFinished(() => client.close());
  await client.waitForInitialization();
  return client;
}

/** A hook that notes which environment each evaluation was told of. */
export function environmentIdHook(): integrations.Hook & { readonly seen: readonly unknown[] } {
  const seen: unknown[] = [];
  return {
    seen,
    getMetadata: () => ({ name: "environment ids" }),
    afterEvaluation: ({ environmentId }, data) => {
      seen.push(environmentId);
      return data;
    },
  };
}
