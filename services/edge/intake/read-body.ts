/** A request's body, or why there is none to work with. */
type ReadBody =
  | { readonly kind: "read"; readonly body: Buffer }
  /** More than the limit; the rest was not read. */
  | { readonly kind: "too large" }
  /** The client broke off. */
  | { readonly kind: "broken" };

/** Reads a request's body of up to `maxBytes`, and never holds more than that and one chunk. */
export async function readBody(request: Request, maxBytes: number): Promise<ReadBody> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > maxBytes) return { kind: "too large" };
  try {
    // Node lets nobody send more than announced, so what was announced needs no counting while it comes.
    if (announced !== null) return { kind: "read", body: Buffer.from(await request.arrayBuffer()) };
    return await readCounting(request, maxBytes);
  } catch {
    return { kind: "broken" };
  }
}

async function readCounting(request: Request, maxBytes: number): Promise<ReadBody> {
  const reader = request.body?.getReader();
  if (reader === undefined) return { kind: "read", body: Buffer.alloc(0) };
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    size += next.value.byteLength;
    // Leaving the rest unread, without cancelling: that would cut the connection before our answer is out.
    if (size > maxBytes) return { kind: "too large" };
    chunks.push(next.value);
  }
  return { kind: "read", body: Buffer.concat(chunks, size) };
}
