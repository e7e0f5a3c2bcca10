/** Where the image looks for a configuration file, in this order; the second is where the original's image has it. */
const FILES = ["/config/ld-relay.conf", "/ldr/ld-relay.conf"];

/**
 * The arguments of `docker run`, completed as the original's image does it: the environment always counts, and no file
 * need be there. A file that they name themselves is taken instead of those of the image. `exists` tells whether there
 * is a file of a path.
 */
export function imageArguments(args: readonly string[], exists: (path: string) => boolean): string[] {
  const file = FILES.find(exists) ?? FILES[0] ?? "";
  const isNamed = args.some((arg) => /^--?config(?:=|$)/.test(arg));
  return [...args, ...(isNamed ? [] : ["--config", file]), "--allow-missing-file", "--from-env"];
}
