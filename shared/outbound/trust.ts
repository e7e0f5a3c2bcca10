import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { OutboundSettings } from "../config/outbound-settings.ts";

const contexts = new WeakMap<OutboundSettings, SecureContext>();

/**
 * Whom TLS connections to LaunchDarkly believe: Node's own certificates (with `NODE_EXTRA_CA_CERTS`), the system's
 * (where OpenSSL looks for them, or `SSL_CERT_FILE` and `SSL_CERT_DIR` say), and the configured ones. Made once for a
 * process, because reading hundreds of certificates takes a tenth of a second.
 */
export function trustOf(settings: OutboundSettings): SecureContext {
  const known = contexts.get(settings);
  if (known !== undefined) return known;
  const all = [...getCACertificates("default"), ...getCACertificates("system"), ...settings.trusted];
  const context = createSecureContext({ ca: [...new Set(all)] });
  contexts.set(settings, context);
  return context;
}
