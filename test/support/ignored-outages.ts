import type { OutagePart } from "../../shared/base/outage-reporter.ts";

/** Reports of how a service does, for parts whose reports are not what a test is about. */
export const ignoredOutages: OutagePart = {
  failed: () => undefined,
  worked: () => undefined,
  leave: () => undefined,
};
