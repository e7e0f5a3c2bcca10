import { X509Certificate } from "node:crypto";
import { describeError } from "../base/errors.ts";
import type { Variables } from "./environment-variables.ts";
import type { GivenSection, GivenSettings } from "./given.ts";
import type { Problems } from "./problems.ts";

/** The text of a file that a setting names. Throws what the file system says. */
export type ReadFile = (path: string) => string;

const CERTIFICATE = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

/**
 * The certificates of `[Proxy] caCertFiles`. A file that cannot be read, or that holds none, is a problem, for no
 * connection would come about. `SSL_CERT_FILE` is OpenSSL's affair, and only looked at.
 */
export function readTrustedCertificates(
  section: GivenSection,
  files: readonly string[],
  platform: Variables,
  readFile: ReadFile,
  given: GivenSettings,
  problems: Problems,
): string[] {
  const systemFile = platform.SSL_CERT_FILE ?? "";
  const doubt = systemFile === "" ? undefined : certificatesOf(systemFile, readFile);
  if (doubt?.kind === "unusable")
    given.warn(`SSL_CERT_FILE: ${doubt.why}, so it adds nothing to the certificates that are trusted`);
  const written = section.settings.get("caCertFiles");
  if (written === undefined) return [];
  return files.flatMap((file) => {
    const found = certificatesOf(file, readFile);
    if (found.kind === "certificates") return found.texts;
    const label = written.label === "" ? "" : `${written.label}: `;
    problems.add(written.source, `${label}${found.why}`);
    return [];
  });
}

type Certificates =
  | { readonly kind: "certificates"; readonly texts: readonly string[] }
  | { readonly kind: "unusable"; readonly why: string };

function certificatesOf(file: string, readFile: ReadFile): Certificates {
  let text: string;
  try {
    text = readFile(file);
  } catch (error) {
    return { kind: "unusable", why: `the file "${file}" cannot be read (${describeError(error)})` };
  }
  const texts = text.match(CERTIFICATE) ?? [];
  if (texts.length === 0)
    return { kind: "unusable", why: `the file "${file}" contains no certificate in PEM form` };
  const broken = texts.findIndex((each) => !isCertificate(each));
  if (broken === -1) return { kind: "certificates", texts };
  return { kind: "unusable", why: `certificate ${broken + 1} in the file "${file}" cannot be read` };
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined;
  } catch {
    return false; // Not what it says that it is: the caller tells which.
  }
}
