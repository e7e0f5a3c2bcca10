import type { BigSegmentsStatus } from "../big-segments.ts";

/** Why a flag has the value that it has, in the words and with the members that SDKs know. */
export type Reason =
  | { readonly kind: "OFF" }
  | { readonly kind: "FALLTHROUGH"; readonly inExperiment?: true }
  | { readonly kind: "TARGET_MATCH" }
  | {
      readonly kind: "RULE_MATCH";
      readonly ruleIndex: number;
      readonly ruleId?: string;
      readonly inExperiment?: true;
    }
  | { readonly kind: "PREREQUISITE_FAILED"; readonly prerequisiteKey: string }
  | { readonly kind: "ERROR"; readonly errorKind: "MALFORMED_FLAG" };

/** A reason as JSON text. */
export function reasonText(reason: Reason, bigSegmentsStatus: BigSegmentsStatus | undefined): string {
  return JSON.stringify(bigSegmentsStatus === undefined ? reason : { ...reason, bigSegmentsStatus });
}
