import type { Dispatcher } from "undici";

/** An answer's body is read to keep the connection; a longer one is not worth it. */
const READ_BYTES = 64 * 1024;
/** What is kept of it. */
const KEPT_BYTES = 1024;
/** What would move the cursor of a terminal, or colour it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]+/g;

/**
 * Reads the body to its end and resolves with how it begins: the first KiB as one line of text, without `secret`, which
 * a proxy may echo. Empty for a body that is compressed. Rejects when the connection breaks.
 */
export async function answerText(
  { body, headers }: Dispatcher.ResponseData,
  secret: string | undefined,
): Promise<string> {
  // Longer than what is kept by as much as a secret that begins within it can reach beyond it.
  const wantedBytes = KEPT_BYTES + Buffer.byteLength(secret ?? "");
  const chunks: Buffer[] = [];
  let bytes = 0;
  body.on("data", (chunk: Buffer) => {
    if (bytes < wantedBytes) chunks.push(chunk.subarray(0, wantedBytes - bytes));
    bytes += chunk.byteLength;
  });
  await body.dump({ limit: READ_BYTES });
  if (headers["content-encoding"] !== undefined) return "";
  const text = Buffer.concat(chunks).toString("utf8");
  const harmless = (secret ? text.replaceAll(secret, "***") : text).replace(CONTROL_CHARACTERS, " ").trim();
  return Buffer.from(harmless, "utf8")
    .subarray(0, KEPT_BYTES)
    .toString("utf8")
    .replace(/\ufffd+$/, "");
}
