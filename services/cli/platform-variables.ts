import type { Variables } from "../../shared/config/environment-variables.ts";

/** What platforms set for all programs, and the original heeds with and without `--from-env`. */
const NOT_HEEDED: readonly (readonly [names: readonly string[], why: string])[] = [
  [["SSL_CERT_FILE", "SSL_CERT_DIR"], "certificates to trust are named by NODE_EXTRA_CA_CERTS"],
];

/** Node looks at `SSL_CERT_…` only if it is told to. */
const USES_SYSTEM_CERTIFICATES = /--use-(openssl|system)-ca/;

/** A notice for each variable of the platform that has no effect here although it has one in the original. */
export function unheededVariables(variables: Variables): string[] {
  const heedsCertificates = USES_SYSTEM_CERTIFICATES.test(variables.NODE_OPTIONS ?? "");
  return NOT_HEEDED.flatMap(([names, why]) => {
    const set = names.filter(
      (name) => (variables[name] ?? "") !== "" && !(heedsCertificates && name.startsWith("SSL_")),
    );
    return set.length === 0 ? [] : [`${set.join(", ")}: not used, because ${why}`];
  });
}
