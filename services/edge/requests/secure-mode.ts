import { createHmac, timingSafeEqual } from "node:crypto";
import { canonicalKey } from "../evaluation/context/canonical-key.ts";
import type { EvaluationContext } from "../evaluation/context/evaluation-context.ts";

/**
 * Whether `hash` shows that somebody with one of these SDK keys lets a browser ask for this context (SDK protocol,
 * section 3). There are several keys while one is being replaced by another: pages that were served before know
 * only hashes of the old one.
 */
export function isSigned(
  context: EvaluationContext,
  hash: string | undefined,
  sdkKeys: readonly string[],
): boolean {
  if (hash === undefined) return false;
  const shown = Buffer.from(hash);
  return sdkKeys.some((key) => {
    const right = Buffer.from(createHmac("sha256", key).update(canonicalKey(context)).digest("hex"));
    // How long a wrong hash takes to be refused must not tell how much of it is right.
    return shown.byteLength === right.byteLength && timingSafeEqual(shown, right);
  });
}
