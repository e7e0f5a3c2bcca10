/**
 * The lines that no log may have: those with more of a credential than its ends, of which the last four characters
 * may be shown, and those with anything that a context says of a person.
 */
export function leaks(
  output: readonly string[],
  credentials: readonly string[],
  personal: readonly string[] = [],
): readonly string[] {
  const telling = [...credentials.map((credential) => credential.slice(4, -4)), ...personal];
  return output.filter((line) => telling.some((text) => line.includes(text)));
}
