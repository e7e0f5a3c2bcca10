/** What went wrong, in one line for a log or a person; follows `cause` where the outer message says too little. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const message = error.message || (error as NodeJS.ErrnoException).code || error.name;
  return error.cause instanceof Error && !message.includes(error.cause.message)
    ? `${message} (${describeError(error.cause)})`
    : message;
}

/** The user can mend this: its message says how, and the command ends with it instead of a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}
