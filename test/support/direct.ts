import type { OutboundSettings } from "../../shared/config/outbound-settings.ts";

/** Everything is reached without a proxy, and nobody is trusted who is not trusted anyway. */
export const DIRECT: OutboundSettings = { proxies: { noProxy: "" }, trusted: [] };
