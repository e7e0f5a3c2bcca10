/** The one flag of the demo, in its one environment. */
export const FLAG_KEY = "new-checkout";
export const SDK_KEY = "sdk-demo-key";
/** What an environment without a prefix of its own has in Redis, if it is the only one. */
export const PREFIX = "launchdarkly";
