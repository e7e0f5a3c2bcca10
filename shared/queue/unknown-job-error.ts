/** A job that this version of the relay cannot read, perhaps of a newer one. The message says what is wrong. */
export class UnknownJobError extends Error {
  override readonly name = "UnknownJobError";
}
