import type { UpstreamAnswer } from "./upstream-goals.ts";

/** Nobody to ask for goals: pages look for none. For offline mode. */
export const NO_GOALS = {
  ask: (): Promise<UpstreamAnswer> =>
    Promise.resolve({
      kind: "answered",
      status: 200,
      headers: { "content-type": "application/json" },
      body: Buffer.from("[]"),
    }),
} as const;
