/** Whether a `Content-Encoding` says that the body is compressed with gzip. */
export function saysGzip(contentEncoding: string | undefined): boolean {
  return contentEncoding !== undefined && /\bgzip\b/i.test(contentEncoding);
}
