/** What was being waited for did not come in time. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
}

/**
 * The outcome of `promise`, or a {@link DeadlineError} after `ms`. The work itself goes on: only the waiting ends,
 * so the caller must be able to live with an outcome that nobody looks at.
 */
export async function withDeadline<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`${what} took longer than ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
