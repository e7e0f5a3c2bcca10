type Tidy = () => unknown;

const tidies: Tidy[] = [];

/**
 * Runs `tidy` at the end of this process: the last resort for whoever did not stop what he started. After a SIGTERM
 * what it returns is waited for; at any other exit only its synchronous part runs; after a SIGKILL nothing does.
 */
export function atProcessEnd(tidy: Tidy): void {
  if (tidies.push(tidy) > 1) return;
  process.on("exit", () => {
    for (const each of tidies) void each();
  });
  // Vitest ends its workers with SIGTERM, which without a listener gives nobody a chance to tidy up.
  process.on("SIGTERM", exitUnlessOthersCare);
}

async function exitUnlessOthersCare(): Promise<void> {
  if (process.listenerCount("SIGTERM") > 1) return;
  await Promise.allSettled(tidies.map((tidy) => tidy()));
  process.exit(143);
}
