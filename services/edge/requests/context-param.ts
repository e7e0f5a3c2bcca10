const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * The context in the path of a request: base64 in the alphabet of URLs or the standard one, padded or not, which
 * SDKs differ in. `undefined` for anything else.
 */
export function contextParam(base64: string): string | undefined {
  if (!BASE64.test(base64)) {
    // Encoders that break lines exist, and the Go relay's decoder skips such breaks.
    const text = base64.replace(/[\r\n]/g, "");
    return text === base64 ? undefined : contextParam(text);
  }
  const isWhole = base64.endsWith("=") ? base64.length % 4 === 0 : base64.length % 4 !== 1;
  return isWhole ? Buffer.from(base64, "base64").toString("utf8") : undefined;
}
