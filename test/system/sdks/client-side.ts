import { createRequire } from "node:module";
import { basicLogger, type LDContext } from "@launchdarkly/node-server-sdk";
import { initialize as initializeNode } from "launchdarkly-node-client-sdk";
import { onTestFinished } from "vitest";
import { BrowserPage } from "../../support/browser-page.ts";

const require = createRequire(import.meta.url);

/** Where the pages of browsers come from. */
export const PAGE_ORIGIN = "http://shop.example";

/** What the tests ask of a client-side SDK that has its flags. */
export interface ClientSide {
  variation(key: string, fallback: unknown): unknown;
  variationDetail(key: string, fallback: unknown): { readonly reason?: unknown };
  track(key: string, data: unknown, metricValue?: number): void;
  flush(): Promise<unknown>;
  close(): Promise<unknown>;
}

/** What the client says of itself, where it sends events, and where it has its flags from. */
export interface ClientOptions {
  readonly context: LDContext;
  readonly eventsUri: string;
  readonly flags: BootstrapFlags | RelayFlags;
}

/** Flags that the page was given, so that its SDK need not ask for them. */
interface BootstrapFlags {
  readonly bootstrap: object;
}

/** How it asks for its flags. */
export interface RelayFlags {
  readonly url: string;
  readonly streaming?: boolean;
  readonly useReport?: boolean;
  readonly withReasons?: boolean;
  /** The hash of the context in secure mode. */
  readonly hash?: string;
}

interface Started extends ClientSide {
  waitForInitialization(timeout?: number): Promise<unknown>;
}

type Start = (envId: string, options: ClientOptions) => Started;

const COMMON = {
  fetchGoals: false,
  wrapperName: "shop-framework",
  wrapperVersion: "1.2.3",
  application: { id: "shop", version: "2026.1" },
  logger: basicLogger({ level: "none" }),
};

/** Who is asked for flags by an SDK that has them. */
const NOBODY = "http://127.0.0.1:9";

/** The options of what has the older names for addresses. */
const olderOptions = ({ eventsUri, flags }: ClientOptions) => {
  const common = { ...COMMON, eventsUrl: eventsUri };
  if ("bootstrap" in flags)
    return { ...common, ...flags, streaming: false, baseUrl: NOBODY, streamUrl: NOBODY };
  const { url, withReasons = false, streaming = false, ...rest } = flags;
  return { ...common, ...rest, streaming, baseUrl: url, streamUrl: url, evaluationReasons: withReasons };
};

const startJs4: Start = (envId, { context, eventsUri, flags }) => {
  const sdk = openPage().load(require.resolve("@launchdarkly/js-client-sdk")) as {
    createClient(
      envId: string,
      context: object,
      options: object,
    ): Started & { start(options: object): unknown };
  };
  const { application: applicationInfo, ...common } = COMMON;
  const { url: asked, hash, ...rest }: Partial<RelayFlags> = "bootstrap" in flags ? {} : flags;
  const url = asked ?? NOBODY;
  const addresses = { baseUri: url, streamUri: url, eventsUri };
  const client = sdk.createClient(envId, context, {
    ...common,
    applicationInfo,
    streaming: false,
    ...addresses,
    ...rest,
  });
  client.start("bootstrap" in flags ? flags : { identifyOptions: hash === undefined ? {} : { hash } });
  return client;
};

const startJs3: Start = (envId, options) => {
  const sdk = openPage().load(require.resolve("launchdarkly-js-client-sdk")) as {
    initialize(envId: string, context: object, options: object): Started;
  };
  return sdk.initialize(envId, options.context, olderOptions(options));
};

const startNode3: Start = (envId, options) => initializeNode(envId, options.context, olderOptions(options));

/** Client-side SDKs that many applications run today, those for browsers each in a page of {@link PAGE_ORIGIN}. */
export const CLIENT_SDKS = [
  { sdk: "@launchdarkly/js-client-sdk 4", browser: true, start: startJs4 },
  { sdk: "launchdarkly-js-client-sdk 3", browser: true, start: startJs3 },
  { sdk: "launchdarkly-node-client-sdk 3", browser: false, start: startNode3 },
] as const;

/** Starts a client-side SDK, and waits until it has its flags. It ends with the test. */
export async function startClient(
  { start }: (typeof CLIENT_SDKS)[number],
  envId: string,
  options: ClientOptions,
): Promise<ClientSide> {
  const client = start(envId, options);
  onTestFinished(async () => {
    await client.close();
  });
  await client.waitForInitialization(10);
  return client;
}

function openPage(): BrowserPage {
  const page = new BrowserPage(PAGE_ORIGIN);
  onTestFinished(() => page[Symbol.dispose]());
  return page;
}
