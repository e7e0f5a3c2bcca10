/**
 * What two spellings of a section or setting have in common: case does not matter, and neither do `-` and `_`
 * (`heartbeat-interval` is `heartbeatInterval`).
 */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}
