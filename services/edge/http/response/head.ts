import { validateHeaderName, validateHeaderValue } from "node:http";

/**
 * The headers that many answers have in common, made once in both forms in which they are sent: putting a dozen
 * together for each answer costs as much as finding its route.
 */
export class Head {
  /** Names and values in turn, as Node sends them fastest. */
  readonly list: readonly string[];
  /** As they are written to a socket, each line with its end. */
  readonly text: string;

  /** Throws on what HTTP does not allow in a header. */
  constructor(headers: Readonly<Record<string, string>>) {
    this.list = Object.entries(headers).flat();
    this.text = Object.entries(headers).map(line).join("");
  }
}

function line([name, value]: [name: string, value: string]): string {
  validateHeaderName(name);
  validateHeaderValue(name, value);
  return `${name}: ${value}\r\n`;
}
