/**
 * The SSE text of one event. A line break is mere white space in JSON, but in SSE it ends the line: each line is a
 * `data` field of its own.
 */
export function sseEvent(name: "put" | "patch" | "delete", json: string): string {
  return `event: ${name}\ndata: ${json.replaceAll(/\r\n|\r|\n/g, "\ndata: ")}\n\n`;
}
