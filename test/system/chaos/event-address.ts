/** What SDKs of one environment show, each kind its own. */
export interface EnvironmentKeys {
  readonly sdkKey: string;
  readonly mobileKey: string;
  readonly envId: string;
}

/** The kinds of SDKs, and what they send. */
export const SDK_KINDS = ["server", "mobile", "browser"] as const;
export type SdkKind = (typeof SDK_KINDS)[number];
export type Contents = "analytics" | "diagnostic";

/** Where events go and under which credential: SDKs to the relay, and the relay to LaunchDarkly. */
export interface EventAddress {
  readonly path: string;
  readonly authorization?: string;
}

/** The address of what these SDKs of an environment send (S2). */
export function eventAddress(sdk: SdkKind, contents: Contents, keys: EnvironmentKeys): EventAddress {
  const analytics = contents === "analytics";
  switch (sdk) {
    case "server":
      return { path: analytics ? "/bulk" : "/diagnostic", authorization: keys.sdkKey };
    case "mobile":
      return { path: analytics ? "/mobile" : "/mobile/events/diagnostic", authorization: keys.mobileKey };
    case "browser":
      return { path: `/events/${analytics ? "bulk" : "diagnostic"}/${keys.envId}` };
  }
}

/** A marker with the address at which it must arrive: at any other it is a stranger. */
export function addressed({ path, authorization = "" }: EventAddress, marker: string): string {
  return `${marker} at ${path} ${authorization}`.trim();
}
