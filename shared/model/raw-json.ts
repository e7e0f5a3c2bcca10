/**
 * Finds the texts of an object's members without changing them: parsing and writing JSON anew would turn
 * `1.0` into `1` and round large integers. The text must be valid JSON; `JSON.parse` it first.
 */

/** A value's place in a JSON text: from `start` up to, not including, `end`. */
export interface Slice {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * The members of the object that begins at or after `from`, each with its value's place; of a name that occurs
 * twice the last one counts, as with `JSON.parse`. Throws a `TypeError` if no object begins there.
 */
export function memberSlices(json: string, from = 0): Map<string, Slice> {
  const members = new Map<string, Slice>();
  let at = skipBlanks(json, from);
  if (json.charCodeAt(at) !== OPEN_BRACE) throw new TypeError("not a JSON object");
  at = skipBlanks(json, at + 1);
  while (json.charCodeAt(at) === QUOTE) {
    const nameEnd = endOfString(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipBlanks(json, expect(json, skipBlanks(json, nameEnd), COLON));
    const end = endOfValue(json, start);
    members.set(name, { start, end });
    at = skipBlanks(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipBlanks(json, at + 1);
  }
  return members;
}

/** The texts of the elements of the array that begins at or after `from`. Throws a `TypeError` if none does. */
export function elementTexts(json: string, from = 0): string[] {
  const elements: string[] = [];
  let at = skipBlanks(json, from);
  if (json.charCodeAt(at) !== OPEN_BRACKET) throw new TypeError("not a JSON array");
  at = skipBlanks(json, at + 1);
  while (at < json.length && json.charCodeAt(at) !== CLOSE_BRACKET) {
    const end = endOfValue(json, at);
    elements.push(json.slice(at, end));
    at = skipBlanks(json, end);
    if (json.charCodeAt(at) === COMMA) at = skipBlanks(json, at + 1);
  }
  return elements;
}

function expect(json: string, at: number, code: number): number {
  if (json.charCodeAt(at) !== code) throw new TypeError("not valid JSON");
  return at + 1;
}

function skipBlanks(json: string, from: number): number {
  let at = from;
  for (let code = json.charCodeAt(at); code === 0x20 || (code >= 0x09 && code <= 0x0d); ) {
    at += 1;
    code = json.charCodeAt(at);
  }
  return at;
}

/** Just after the closing quote of the string whose opening quote is at `open`. */
function endOfString(json: string, open: number): number {
  for (let close = json.indexOf('"', open + 1); close !== -1; close = json.indexOf('"', close + 1)) {
    let escapes = 0;
    while (json.charCodeAt(close - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return close + 1;
  }
  throw new TypeError("not valid JSON");
}

function endOfValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return endOfString(json, start);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return endOfNested(json, start);
  let at = start;
  while (at < json.length && !endsScalar(json.charCodeAt(at))) at += 1;
  return at;
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || code <= 0x20;
}

function endOfNested(json: string, open: number): number {
  let depth = 0;
  let at = open;
  while (at < json.length) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(json, at);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth += 1;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    at += 1;
    if (depth === 0) return at;
  }
  throw new TypeError("not valid JSON");
}
