/** Waits for a condition; fails with its label after a deadline, so that a regression fails fast. */
export async function until(label: string, condition: () => boolean, deadlineMs = 15_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited ${deadlineMs} ms for ${label}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
